//! Text of a policy document → syntax tree. Every shape AWS accepts or has stored in the past is
//! read; what the language does not know is kept as `Unread` and takes no part. Only what leaves
//! the meaning of a statement open is an error, and it names the place.

use std::{borrow::Cow, fmt};

use crate::{
    json::{Failure, Fault, Reader, Result, Value},
    operator::Operator,
    principal::Principal,
    syntax::{
        ActionSet, Condition, ConditionBlock, ConditionValue, Document, Effect, Entry, OneOrMany, Place,
        PrincipalSet, Principals, ResourceSet, Respelled, Statement, Unread,
    },
};

/// A place in a text, counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line
    pub line: usize,
    /// The character within the line
    pub column: usize,
}

impl Position {
    /// The position of a byte of the text.
    #[must_use]
    pub fn of(text: &str, place: Place) -> Self {
        let before = text.get(..place.0).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        Self { line: before.matches('\n').count() + 1, column: column + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is no policy document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong
    pub fault: Fault,
    /// Where
    pub position: Position,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.fault)
    }
}

impl std::error::Error for ParseError {}

impl Document {
    /// Reads a policy document.
    ///
    /// # Errors
    /// When the text is not JSON, repeats a key, or holds a statement without a usable `Effect`.
    pub fn parse(text: &str) -> std::result::Result<Self, ParseError> {
        let mut reader = Reader::new(text);
        let read = document(&mut reader).and_then(|document| reader.finish().map(|()| document));
        read.map_err(|failure| ParseError {
            fault: failure.fault,
            position: Position::of(text, Place(failure.at)),
        })
    }
}

/// The name of an element, and the index of the one it excludes.
type Element = (&'static str, Option<usize>);

const DOCUMENT_ELEMENTS: [Element; 3] = [("Version", None), ("Id", None), ("Statement", None)];

const STATEMENT_ELEMENTS: [Element; 9] = [
    ("Sid", None),
    ("Effect", None),
    ("Principal", Some(3)),
    ("NotPrincipal", Some(2)),
    ("Action", Some(5)),
    ("NotAction", Some(4)),
    ("Resource", Some(7)),
    ("NotResource", Some(6)),
    ("Condition", None),
];

/// Which element a name means, in any case. Names in another case than AWS's are noted.
struct Names {
    known: &'static [Element],
    /// One bit for each known name
    met: u16,
    respelled: Vec<Respelled>,
}

impl Names {
    fn new(known: &'static [Element]) -> Self {
        Self { known, met: 0, respelled: Vec::new() }
    }

    fn find(&mut self, written: &str, at: usize) -> Result<Option<&'static str>> {
        let exact = self.known.iter().position(|(name, _)| *name == written);
        let found =
            exact.or_else(|| self.known.iter().position(|(name, _)| name.eq_ignore_ascii_case(written)));
        let Some((index, &(name, excludes))) = found.and_then(|index| Some((index, self.known.get(index)?)))
        else {
            return Ok(None);
        };
        // The reader refuses exact duplicates; this refuses `action` beside `Action`, and `NotAction`.
        let met = |index: usize| self.met & (1 << index) != 0;
        if met(index) {
            return Err(Failure { fault: Fault::DuplicateKey(written.to_owned()), at });
        }
        if let Some((other, _)) = excludes.filter(|&other| met(other)).and_then(|other| self.known.get(other))
        {
            return Err(Failure { fault: Fault::Both(other, name), at });
        }
        self.met |= 1 << index;
        if exact.is_none() {
            self.respelled.push(Respelled { name, written: written.to_owned(), place: Place(at) });
        }
        Ok(Some(name))
    }
}

fn document(reader: &mut Reader<'_>) -> Result<Document> {
    let start = reader.place();
    let (mut version, mut id, mut statement) = (None, None, None);
    let mut unread = Vec::new();
    let mut names = Names::new(&DOCUMENT_ELEMENTS);
    reader.members(|reader, key, at| {
        let other = match names.find(&key, at)? {
            Some("Version") => text(reader, &mut version)?,
            Some("Id") => text(reader, &mut id)?,
            Some(_) => {
                statement = Some(entries(reader)?);
                None
            }
            None => Some(reader.value()?),
        };
        keep(&mut unread, key, at, other);
        Ok(())
    })?;
    let statement = statement.ok_or(Failure { fault: Fault::NoStatement, at: start })?;
    Ok(Document { version, id, statement, unread, respelled: names.respelled })
}

fn keep(unread: &mut Vec<Unread>, key: Cow<'_, str>, at: usize, value: Option<Value>) {
    if let Some(value) = value {
        unread.push(Unread { name: key.into_owned(), value, place: Place(at) });
    }
}

/// Reads a string into its element, or gives back a value of another shape.
fn text(reader: &mut Reader<'_>, element: &mut Option<String>) -> Result<Option<Value>> {
    if reader.peek() == Some(b'"') {
        *element = Some(reader.string()?.into_owned());
        return Ok(None);
    }
    reader.value().map(Some)
}

fn entries(reader: &mut Reader<'_>) -> Result<OneOrMany<Entry>> {
    if reader.peek() != Some(b'[') {
        return Ok(OneOrMany::one(entry(reader)?));
    }
    let mut entries = Vec::new();
    reader.items(|reader| {
        entries.push(entry(reader)?);
        Ok(())
    })?;
    Ok(OneOrMany::many(entries))
}

fn entry(reader: &mut Reader<'_>) -> Result<Entry> {
    let at = reader.place();
    if reader.peek() == Some(b'{') {
        return Ok(Entry::Statement(Box::new(statement(reader, at)?)));
    }
    Ok(Entry::Unread(reader.value()?, Place(at)))
}

/// The elements of a statement as they come.
#[derive(Default)]
struct Parts {
    sid: Option<String>,
    effect: Option<(Effect, Option<String>)>,
    principal: Option<PrincipalSet>,
    action: Option<ActionSet>,
    resource: Option<ResourceSet>,
    condition: Option<Vec<ConditionBlock>>,
}

fn statement(reader: &mut Reader<'_>, at: usize) -> Result<Statement> {
    let mut parts = Parts::default();
    let mut unread = Vec::new();
    let mut names = Names::new(&STATEMENT_ELEMENTS);
    reader.members(|reader, key, at| {
        let other = match names.find(&key, at)? {
            Some(name) => element(reader, &mut parts, name, at)?,
            None => Some(reader.value()?),
        };
        keep(&mut unread, key, at, other);
        Ok(())
    })?;
    let (effect, effect_written) = parts.effect.ok_or(Failure { fault: Fault::NoEffect, at })?;
    Ok(Statement {
        sid: parts.sid,
        effect,
        effect_written,
        principal: parts.principal,
        action: parts.action,
        resource: parts.resource,
        condition: parts.condition,
        unread,
        respelled: names.respelled,
        place: Place(at),
    })
}

/// Reads one known element, or gives back a value of a shape it cannot have.
fn element(
    reader: &mut Reader<'_>,
    parts: &mut Parts,
    name: &'static str,
    at: usize,
) -> Result<Option<Value>> {
    let place = Place(at);
    let negated = name.starts_with("Not");
    match name {
        "Sid" => text(reader, &mut parts.sid),
        "Effect" => effect(reader, parts),
        "Principal" | "NotPrincipal" => match principals(reader)? {
            Ok(principals) => {
                parts.principal = Some(PrincipalSet { negated, principals, place });
                Ok(None)
            }
            Err(value) => Ok(Some(value)),
        },
        "Action" | "NotAction" => match strings(reader)? {
            Ok(patterns) => {
                parts.action = Some(ActionSet { negated, patterns, place });
                Ok(None)
            }
            Err(value) => Ok(Some(value)),
        },
        "Resource" | "NotResource" => match strings(reader)? {
            Ok(patterns) => {
                parts.resource = Some(ResourceSet { negated, patterns, place });
                Ok(None)
            }
            Err(value) => Ok(Some(value)),
        },
        _ => condition(reader, parts),
    }
}

fn effect(reader: &mut Reader<'_>, parts: &mut Parts) -> Result<Option<Value>> {
    let at = reader.place();
    let written = reader.string()?;
    let effect = [("Allow", Effect::Allow), ("Deny", Effect::Deny)]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&written));
    match effect {
        Some((name, effect)) => {
            parts.effect = Some((effect, (name != written).then(|| written.into_owned())));
            Ok(None)
        }
        None => Err(Failure { fault: Fault::Effect(written.into_owned()), at }),
    }
}

/// What was read, or the value where its shape is none the element can have.
type Shaped<T> = Result<std::result::Result<T, Value>>;

/// A string or a list of strings.
fn strings(reader: &mut Reader<'_>) -> Shaped<OneOrMany<String>> {
    match reader.peek() {
        Some(b'"') => Ok(Ok(OneOrMany::one(reader.string()?.into_owned()))),
        Some(b'[') => {
            let mut items = Vec::new();
            let mut other = None;
            reader.items(|reader| string_item(reader, &mut items, &mut other))?;
            Ok(match other {
                None => Ok(OneOrMany::many(items)),
                Some(values) => Err(Value::Array(values)),
            })
        }
        _ => Ok(Err(reader.value()?)),
    }
}

/// One item of a list of strings; from the first that is none on, all are kept as values.
fn string_item(
    reader: &mut Reader<'_>,
    items: &mut Vec<String>,
    other: &mut Option<Vec<Value>>,
) -> Result<()> {
    match other {
        Some(values) => values.push(reader.value()?),
        None if reader.peek() == Some(b'"') => items.push(reader.string()?.into_owned()),
        None => {
            let mut values: Vec<Value> = items.drain(..).map(Value::String).collect();
            values.push(reader.value()?);
            *other = Some(values);
        }
    }
    Ok(())
}

fn principals(reader: &mut Reader<'_>) -> Shaped<Principals> {
    if reader.peek() != Some(b'{') {
        return Ok(match reader.value()? {
            Value::String(text) if text == "*" => Ok(Principals::Everyone),
            value => Err(value),
        });
    }
    let mut named = Vec::new();
    let mut other = None;
    reader.members(|reader, kind, _| {
        match strings(reader)? {
            Ok(texts) if other.is_none() => named.push((kind.into_owned(), texts)),
            read => {
                let before = named.drain(..).map(|(kind, texts)| (kind, strings_value(texts)));
                let members = other.get_or_insert_with(|| before.collect::<Vec<_>>());
                members.push((kind.into_owned(), read.map_or_else(|value| value, strings_value)));
            }
        }
        Ok(())
    })?;
    if let Some(members) = other {
        return Ok(Err(Value::Object(members)));
    }
    let lists = named.into_iter().map(|(kind, texts)| {
        let items = texts.items.into_iter().map(|text| Principal::parse(&kind, text)).collect();
        (kind, OneOrMany { items, alone: texts.alone })
    });
    Ok(Ok(Principals::Named(lists.collect())))
}

fn strings_value(texts: OneOrMany<String>) -> Value {
    let alone = texts.alone;
    let mut values: Vec<Value> = texts.items.into_iter().map(Value::String).collect();
    match values.pop() {
        Some(value) if alone => value,
        last => {
            values.extend(last);
            Value::Array(values)
        }
    }
}

fn condition(reader: &mut Reader<'_>, parts: &mut Parts) -> Result<Option<Value>> {
    // A condition of an unknown shape must be printed back whole: read it a second time as a value.
    let mut ahead = reader.fork();
    match blocks(reader)? {
        Some(blocks) => {
            parts.condition = Some(blocks);
            Ok(None)
        }
        None => {
            let value = ahead.value()?;
            *reader = ahead;
            Ok(Some(value))
        }
    }
}

fn blocks(reader: &mut Reader<'_>) -> Result<Option<Vec<ConditionBlock>>> {
    if reader.peek() != Some(b'{') {
        return Ok(None);
    }
    let mut blocks = Vec::new();
    let mut readable = true;
    reader.members(|reader, operator, _| {
        if !readable || reader.peek() != Some(b'{') {
            readable = false;
            return reader.value().map(drop);
        }
        let mut conditions = Vec::new();
        reader.members(|reader, key, at| {
            match values(reader)? {
                Some(values) => {
                    conditions.push(Condition { key: key.into_owned(), values, place: Place(at) });
                }
                None => readable = false,
            }
            Ok(())
        })?;
        blocks.push(ConditionBlock { operator: Operator::parse(operator), conditions });
        Ok(())
    })?;
    Ok(readable.then_some(blocks))
}

fn values(reader: &mut Reader<'_>) -> Result<Option<OneOrMany<ConditionValue>>> {
    if reader.peek() != Some(b'[') {
        return Ok(value(reader)?.map(OneOrMany::one));
    }
    let mut items = Some(Vec::new());
    reader.items(|reader| {
        match (value(reader)?, &mut items) {
            (Some(value), Some(items)) => items.push(value),
            _ => items = None,
        }
        Ok(())
    })?;
    Ok(items.map(OneOrMany::many))
}

fn value(reader: &mut Reader<'_>) -> Result<Option<ConditionValue>> {
    Ok(match reader.peek() {
        Some(b'"') => Some(ConditionValue::Text(reader.string()?.into_owned())),
        Some(b't' | b'f') => Some(ConditionValue::Bool(reader.boolean()?)),
        Some(b'-' | b'0'..=b'9') => Some(ConditionValue::Number(reader.number()?.to_owned())),
        _ => {
            reader.value()?;
            None
        }
    })
}
