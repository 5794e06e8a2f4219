//! Patterns of ARNs compared component by component (SEM-35).

use crate::pattern::{Glob, Piece, same};

/// Six patterns, one a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArnPattern {
    parts: [Glob; 6],
}

/// The six components of an ARN; the last may hold colons. `None` for what is no ARN.
pub(crate) fn components(arn: &str) -> Option<[&str; 6]> {
    let mut rest = arn;
    let mut next = || {
        // Components are short: a plain loop finds their end before a search has started.
        let end = rest.bytes().position(|byte| byte == b':')?;
        let (part, after) = rest.split_at_checked(end)?;
        rest = after.get(1..)?;
        Some(part)
    };
    let [scheme, partition, service, region, account] = [next()?, next()?, next()?, next()?, next()?];
    same(scheme, "arn").then_some([scheme, partition, service, region, account, rest])
}

impl ArnPattern {
    /// The pattern that pieces write, cut at their first five colons. `None` when there are fewer.
    pub(crate) fn new(pieces: &[Piece]) -> Option<Self> {
        let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
        for piece in pieces {
            let Piece::Text(text) = piece else {
                parts.last_mut()?.push(piece.clone());
                continue;
            };
            let mut cut = text.splitn(7 - parts.len(), ':');
            let continues = cut.next().unwrap_or_default();
            parts.last_mut()?.push(Piece::Text(continues.to_owned()));
            parts.extend(cut.map(|part| vec![Piece::Text(part.to_owned())]));
        }
        let globs: Vec<Glob> = parts.iter().map(Glob::new).collect();
        globs.try_into().ok().map(|parts| Self { parts })
    }

    /// Whether every component fits.
    pub(crate) fn matches(&self, parts: &[&str; 6]) -> bool {
        self.parts.iter().zip(parts).all(|(pattern, part)| pattern.matches(part))
    }
}

#[cfg(test)]
mod tests {
    use super::{ArnPattern, components};
    use crate::pattern::pieces;

    fn like(pattern: &str, arn: &str) -> bool {
        let pattern = ArnPattern::new(&pieces(pattern, false, true));
        components(arn).zip(pattern).is_some_and(|(parts, pattern)| pattern.matches(&parts))
    }

    #[test]
    fn wildcards_stay_in_their_component() {
        let role = "arn:aws:iam::111122223333:role/a/b";
        assert!(like("arn:aws:iam::111122223333:role/*", role));
        assert!(like("arn:*:iam::*:role/a/?", role));
        assert!(!like("arn:aws:*:role/a/b", role));
        assert!(!like("arn:aws:iam:*", role));
        assert!(!like("*", role));
        assert!(like("arn:aws:sns:*:*:t:*", "arn:aws:sns:eu-west-1:111122223333:t:u:v"));
    }
}
