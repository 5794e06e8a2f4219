//! What a condition asks of one string, and the search for a string that satisfies several such questions:
//! patterns by `glob_space`, ordered values by the ends of their intervals. Nothing here knows what a key means.

use std::{cmp::Ordering, collections::BTreeSet, net::IpAddr, sync::Arc};

use ipnet::IpNet;
use jiff::Timestamp;
use keyreach_policy::operator::Order;

use super::{
    date::{SECOND, date},
    glob::{Glob, accepts, every_arn, exactly, instance, instance_like, only_text},
    glob_pair::{apart, covers},
    glob_space::{Found, Want, shortest, signed},
    meter::Meter,
};

/// A question about one string.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Whether one of the patterns fits
    Match(Arc<[Glob]>),
    /// Whether it is an ARN that none of the patterns fits (the strict reading of SEM-35)
    OtherArn(Arc<[Glob]>),
    /// Whether it is a number that stands so to one of these
    Number(Order, Vec<f64>),
    /// Whether it is a date that stands so to one of these, in nanoseconds since 1970
    Date(Order, Vec<i128>),
    /// Whether it is an address of one of these networks
    Net(Vec<IpNet>),
    /// Whether it is one of these
    Bool(Vec<bool>),
    /// Yes
    Always,
    /// Not known
    Unclear,
}

/// A question and the answer wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pred {
    pub(super) test: Test,
    pub(super) positive: bool,
    /// What is answered for the empty string, where set operators take it for an empty set (SEM-30)
    pub(super) empty: Option<bool>,
}

impl Pred {
    pub(super) fn new(test: Test) -> Self {
        Self { test, positive: true, empty: None }
    }

    pub(super) fn always(holds: bool) -> Self {
        Self { test: Test::Always, positive: holds, empty: None }
    }

    pub(super) fn unclear() -> Self {
        Self::new(Test::Unclear)
    }

    /// One of these patterns fits.
    pub(super) fn like(globs: impl Into<Arc<[Glob]>>) -> Self {
        Self::new(Test::Match(globs.into()))
    }

    /// The opposite.
    pub(super) fn not(&self) -> Self {
        Self { test: self.test.clone(), positive: !self.positive, empty: self.empty.map(|holds| !holds) }
    }

    /// Whether the string satisfies it; `None` where that is not known.
    pub(super) fn holds(&self, value: &str) -> Option<bool> {
        if let Some(empty) = self.empty.filter(|_| value.is_empty()) {
            return Some(empty);
        }
        let holds = match &self.test {
            Test::Match(globs) => globs.iter().any(|glob| accepts(glob, value)),
            Test::OtherArn(globs) => {
                accepts(&every_arn(), value) && !globs.iter().any(|glob| accepts(glob, value))
            }
            Test::Number(order, numbers) => number(value).is_some_and(|given| {
                numbers.iter().any(|n| given.partial_cmp(n).is_some_and(|o| fits(*order, o)))
            }),
            Test::Date(order, dates) => {
                date(value).is_some_and(|given| dates.iter().any(|date| fits(*order, given.cmp(date))))
            }
            Test::Net(nets) => {
                value.parse::<IpAddr>().is_ok_and(|given| nets.iter().any(|net| net.contains(&given)))
            }
            Test::Bool(wanted) => boolean(value).is_some_and(|given| wanted.contains(&given)),
            Test::Always => true,
            Test::Unclear => return None,
        };
        Some(holds == self.positive)
    }

    fn is_pattern(&self) -> bool {
        matches!(self.test, Test::Match(_) | Test::OtherArn(_) | Test::Always)
    }

    fn globs(&self) -> &[Glob] {
        match &self.test {
            Test::Match(globs) | Test::OtherArn(globs) => globs,
            _ => &[],
        }
    }

    /// The strings it allows, where these are a few written out.
    fn texts(&self) -> Option<Vec<String>> {
        match (&self.test, self.positive, self.empty) {
            (Test::Match(globs), true, None | Some(false)) => {
                globs.iter().map(|glob| only_text(glob)).collect()
            }
            _ => None,
        }
    }
}

/// Whether the value stands so to the other.
fn fits(order: Order, found: Ordering) -> bool {
    match order {
        Order::Equal => found.is_eq(),
        Order::Less => found.is_lt(),
        Order::AtMost => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::AtLeast => found.is_ge(),
    }
}

/// `true` or `false`, in any case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A decimal number.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let ends =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.ends_with(|c: char| c.is_ascii_digit());
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    if ends && plain { text.parse().ok() } else { None }
}

/// A network, or an address alone.
pub(super) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// The strings among which to search.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Base {
    /// What each of them satisfies
    pub(super) preds: Vec<Pred>,
    /// All of them, where these are few
    pub(super) only: Option<Vec<String>>,
    /// Those to show rather than others
    pub(super) prefer: Vec<String>,
}

impl Base {
    pub(super) fn only<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self { only: Some(texts.into_iter().map(Into::into).collect()), ..Self::default() }
    }

    pub(super) fn like(globs: Vec<Glob>) -> Self {
        Self { preds: vec![Pred::like(globs)], ..Self::default() }
    }

    pub(super) fn preferring(mut self, text: impl Into<String>) -> Self {
        self.prefer.push(text.into());
        self
    }
}

/// What a few candidates say.
enum Tried {
    Fits(String),
    NoneFits,
    PerhapsSome,
}

fn attempt(candidates: impl IntoIterator<Item = String>, preds: &[&Pred]) -> Tried {
    let mut perhaps = false;
    for text in candidates {
        let answers: Vec<Option<bool>> = preds.iter().map(|pred| pred.holds(&text)).collect();
        let all = if answers.contains(&Some(false)) {
            Some(false)
        } else {
            (!answers.contains(&None)).then_some(true)
        };
        match all {
            Some(true) => return Tried::Fits(text),
            Some(false) => {}
            None => perhaps = true,
        }
    }
    if perhaps { Tried::PerhapsSome } else { Tried::NoneFits }
}

/// A string of the base that satisfies all.
pub(super) fn find(base: &Base, asked: &[&Pred], meter: &Meter) -> Found {
    let mut preds: Vec<&Pred> = base.preds.iter().chain(asked.iter().copied()).collect();
    if preds.iter().any(|pred| pred.test == Test::Always && !pred.positive && pred.empty != Some(true)) {
        return Found::Nothing;
    }
    if let Some(only) = &base.only {
        return all_of(attempt(only.iter().cloned(), &preds));
    }
    let known = preds.len();
    preds.retain(|pred| pred.test != Test::Unclear);
    let found = find_known(base, &preds, meter);
    if known == preds.len() || found == Found::Nothing { found } else { Found::Unclear }
}

/// The answer where the candidates were all there are.
fn all_of(tried: Tried) -> Found {
    match tried {
        Tried::Fits(text) => Found::Text(text),
        Tried::NoneFits => Found::Nothing,
        Tried::PerhapsSome => Found::Unclear,
    }
}

fn find_known(base: &Base, preds: &[&Pred], meter: &Meter) -> Found {
    if let Some(texts) = preds.iter().filter_map(|pred| pred.texts()).min_by_key(Vec::len) {
        return all_of(attempt(texts, preds));
    }
    if contradict(preds) {
        return Found::Nothing;
    }
    if let Tried::Fits(text) = attempt(candidates(base, preds), preds) {
        return Found::Text(text);
    }
    if preds.iter().all(|pred| pred.is_pattern()) {
        return by_patterns(preds, meter);
    }
    // The ends of all intervals were tried: complete, unless patterns have a say too.
    let patterns = preds.iter().any(|pred| matches!(pred.test, Test::Match(_) | Test::OtherArn(_)));
    if patterns { Found::Unclear } else { Found::Nothing }
}

/// Whether it shows at a glance that nothing can satisfy all: patterns of which one must fit share nothing with others
/// of which one must, or lie in those of which none may.
fn contradict(preds: &[&Pred]) -> bool {
    let matching = |pred: &&&Pred| matches!(pred.test, Test::Match(_)) && pred.empty.is_none();
    let (wanted, excluded): (Vec<&Pred>, Vec<&Pred>) =
        preds.iter().filter(matching).copied().partition(|pred| pred.positive);
    wanted.iter().enumerate().any(|(number, pred)| {
        let hopeless = |glob: &Glob| {
            excluded.iter().flat_map(|pred| pred.globs()).any(|wide| covers(wide, glob))
                || wanted
                    .iter()
                    .skip(number + 1)
                    .any(|other| other.globs().iter().all(|other| apart(glob, other)))
        };
        pred.globs().iter().all(hopeless)
    })
}

fn by_patterns(preds: &[&Pred], meter: &Meter) -> Found {
    let arns = [every_arn()];
    let filled = [vec![
        super::glob::Token::One(super::glob::Class::Any),
        super::glob::Token::Many(super::glob::Class::Any),
    ]];
    let mut globs = Vec::new();
    let mut wants = Vec::new();
    for pred in preds {
        match pred.test {
            Test::OtherArn(_) => {
                let (arn, other) = (
                    signed(&arns, pred.positive, &mut globs),
                    signed(pred.globs(), !pred.positive, &mut globs),
                );
                if pred.positive {
                    wants.extend([Want { parts: vec![arn] }, Want { parts: vec![other] }]);
                } else {
                    wants.push(Want { parts: vec![arn, other] });
                }
            }
            Test::Match(_) => {
                wants.push(Want { parts: vec![signed(pred.globs(), pred.positive, &mut globs)] })
            }
            _ if pred.positive => {}
            _ => return Found::Nothing,
        }
    }
    // The empty string was tried among the candidates; without it, set operators ask what their operator asks.
    wants.push(Want { parts: vec![signed(&filled, true, &mut globs)] });
    shortest(&globs, &wants, meter)
}

/// Strings worth a try: complete for ordered values, lucky for patterns.
fn candidates(base: &Base, preds: &[&Pred]) -> Vec<String> {
    let mut all = base.prefer.clone();
    for pred in preds {
        if pred.positive {
            for glob in pred.globs() {
                let like = |text: &String| [false, true].map(|filled| instance_like(glob, text, filled));
                all.extend(base.prefer.iter().flat_map(like));
                all.extend([instance(glob, true), instance(glob, false)]);
            }
        }
    }
    all.push("x".to_owned());
    all.push(String::new());
    all.extend(addresses(preds));
    all.extend(moments(preds));
    all.extend(numbers(preds));
    if preds.iter().any(|pred| matches!(pred.test, Test::Bool(_))) {
        all.extend(["true".to_owned(), "false".to_owned()]);
    }
    all
}

/// The first address of every network and the one after its last: where sets of addresses begin.
fn addresses(preds: &[&Pred]) -> Vec<String> {
    let nets: Vec<&IpNet> = preds
        .iter()
        .flat_map(|pred| match &pred.test {
            Test::Net(nets) => nets.as_slice(),
            _ => &[],
        })
        .collect();
    if nets.is_empty() {
        return Vec::new();
    }
    let mut all = BTreeSet::new();
    for net in nets {
        all.insert(net.network());
        let after = match net.broadcast() {
            IpAddr::V4(last) => u32::from(last).checked_add(1).map(|next| IpAddr::V4(next.into())),
            IpAddr::V6(last) => u128::from(last).checked_add(1).map(|next| IpAddr::V6(next.into())),
        };
        all.extend(after);
    }
    all.extend(["0.0.0.0", "::"].iter().filter_map(|text| text.parse::<IpAddr>().ok()));
    all.iter().map(ToString::to_string).collect()
}

fn moments(preds: &[&Pred]) -> Vec<String> {
    let dates: BTreeSet<i128> = preds
        .iter()
        .flat_map(|pred| match &pred.test {
            Test::Date(_, dates) => dates.as_slice(),
            _ => &[],
        })
        .copied()
        .collect();
    let dates: Vec<i128> = dates.into_iter().collect();
    let middles = dates.windows(2).filter_map(|pair| Some((pair.first()? + pair.last()?) / 2));
    let around = dates.iter().flat_map(|date| [*date, date + SECOND, date - SECOND]);
    around
        .chain(middles)
        .filter_map(|nanos| Timestamp::from_nanosecond(nanos).ok())
        .map(|moment| moment.to_string())
        .collect()
}

fn numbers(preds: &[&Pred]) -> Vec<String> {
    let mut all: Vec<f64> = preds
        .iter()
        .flat_map(|pred| match &pred.test {
            Test::Number(_, numbers) => numbers.as_slice(),
            _ => &[],
        })
        .copied()
        .collect();
    all.sort_by(f64::total_cmp);
    let middles: Vec<f64> =
        all.windows(2).filter_map(|pair| Some(f64::midpoint(*pair.first()?, *pair.last()?))).collect();
    let around: Vec<f64> = all.iter().flat_map(|n| [*n, n + 1.0, n - 1.0]).collect();
    around.iter().chain(&middles).map(ToString::to_string).collect()
}

/// Exactly one of these texts.
pub(super) fn one_of<T: AsRef<str>>(texts: &[T]) -> Pred {
    Pred::like(texts.iter().map(|text| exactly(text.as_ref())).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::{Base, Found, Meter, Order, Pred, Test, find, network, number};

    #[test]
    fn intervals() {
        let net = |text: &str| Pred::new(Test::Net(vec![network(text).unwrap()]));
        let inside = net("203.0.113.0/24");
        let outside = net("203.0.113.0/25").not();
        assert_eq!(
            find(&Base::default(), &[&inside, &outside], &Meter::default()),
            Found::Text("203.0.113.128".to_owned())
        );
        assert_eq!(
            find(&Base::default(), &[&inside, &net("203.0.0.0/16").not()], &Meter::default()),
            Found::Nothing
        );
        let above = Pred::new(Test::Number(Order::Greater, vec![1.0]));
        let below = Pred::new(Test::Number(Order::Less, vec![2.0]));
        assert_eq!(
            find(&Base::default(), &[&above, &below], &Meter::default()),
            Found::Text("1.5".to_owned())
        );
        assert_eq!(
            find(&Base::default(), &[&above, &above.not(), &below], &Meter::default()),
            Found::Nothing
        );
        assert_eq!(number("1e3"), Some(1000.0));
    }

    #[test]
    fn what_is_no_number_is_not_equal() {
        let other = Pred::new(Test::Number(Order::Equal, vec![1.0])).not();
        let number = Pred::new(Test::Number(Order::AtLeast, vec![-1e9])).not();
        assert_eq!(
            find(&Base::default(), &[&other, &number], &Meter::default()),
            Found::Text("x".to_owned())
        );
    }
}
