//! A small strict JSON reader that keeps places and refuses duplicate keys, and the values it reads.
//! It reads straight into the caller's types, with no tree between. Depth is bounded, so no input can
//! overflow the stack.

use std::{borrow::Cow, collections::HashSet, fmt};

/// How deep arrays and objects may nest; AWS's own policies need six.
const DEPTH: u32 = 64;

/// How many keys of an object are compared one by one; more are looked up by hash.
const FEW: usize = 8;

/// A JSON value as written: numbers keep their digits, objects their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written
    Number(String),
    /// A string, escapes resolved
    String(String),
    /// An array
    Array(Vec<Value>),
    /// An object, in the order written
    Object(Vec<(String, Value)>),
}

/// What is wrong with a text, without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The text ends too early.
    End,
    /// Something else was expected here.
    Expected(&'static str),
    /// A key stands twice in one object.
    DuplicateKey(String),
    /// Arrays and objects nest too deep.
    TooDeep,
    /// A backslash with something after it that JSON does not know.
    Escape,
    /// A number that JSON does not know.
    Number,
    /// A control character inside a string.
    Control,
    /// The document has no `Statement`.
    NoStatement,
    /// A statement has no `Effect`.
    NoEffect,
    /// `Effect` is neither `Allow` nor `Deny`.
    Effect(String),
    /// Two elements that exclude each other, such as `Action` and `NotAction`.
    Both(&'static str, &'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("the text ends too early"),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::DuplicateKey(key) => write!(f, "duplicate key `{key}`"),
            Self::TooDeep => write!(f, "nested deeper than {DEPTH} levels"),
            Self::Escape => f.write_str("invalid escape in a string"),
            Self::Number => f.write_str("invalid number"),
            Self::Control => f.write_str("control character in a string; write it as an escape"),
            Self::NoStatement => f.write_str("the document has no `Statement`"),
            Self::NoEffect => f.write_str("the statement has no `Effect`"),
            Self::Effect(text) => write!(f, "`Effect` is `{text}`; it must be `Allow` or `Deny`"),
            Self::Both(one, other) => write!(f, "`{one}` and `{other}` exclude each other"),
        }
    }
}

/// A fault and the byte at which it was found.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) fault: Fault,
    pub(crate) at: usize,
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Reads one text from its start to its end.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// A second reader that stands where this one stands.
    pub(crate) fn fork(&self) -> Self {
        Self { text: self.text, at: self.at, depth: self.depth }
    }

    pub(crate) fn fail<T>(&self, fault: Fault) -> Result<T> {
        Err(Failure { fault, at: self.at })
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The first byte that is not white space, left unread.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Where the next value begins.
    pub(crate) fn place(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// Nothing but white space may follow.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if self.peek().is_some() { self.fail(Fault::Expected("the end of the text")) } else { Ok(()) }
    }

    fn take(&mut self, byte: u8, what: &'static str) -> Result<()> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => self.fail(Fault::Expected(what)),
            None => self.fail(Fault::End),
        }
    }

    fn descend(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH { self.fail(Fault::TooDeep) } else { Ok(()) }
    }

    /// Reads an object; `each` reads the value of one member, told its key and where that stands.
    pub(crate) fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, Cow<'a, str>, usize) -> Result<()>,
    ) -> Result<()> {
        self.descend()?;
        self.take(b'{', "an object")?;
        let mut seen = Seen::new();
        let mut more = self.peek() != Some(b'}');
        while more {
            let at = self.place();
            let key = self.string()?;
            if !seen.insert(&key, || key.clone()) {
                return Err(Failure { fault: Fault::DuplicateKey(key.into_owned()), at });
            }
            self.take(b':', "`:`")?;
            each(self, key, at)?;
            more = self.comma(b'}', "`,` or `}`")?;
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Reads an array; `each` reads one item.
    pub(crate) fn items(&mut self, mut each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.descend()?;
        self.take(b'[', "an array")?;
        let mut more = self.peek() != Some(b']');
        while more {
            each(self)?;
            more = self.comma(b']', "`,` or `]`")?;
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Whether another one follows; stands on the closing bracket if not.
    fn comma(&mut self, close: u8, what: &'static str) -> Result<bool> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => Ok(false),
            Some(_) => self.fail(Fault::Expected(what)),
            None => self.fail(Fault::End),
        }
    }

    /// Reads a string, borrowed where it holds no escape.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        self.take(b'"', "a string")?;
        let start = self.at;
        self.plain_run()?;
        if self.byte() == Some(b'"') {
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = self.text.get(start..self.at).unwrap_or_default().to_owned();
        loop {
            match self.byte() {
                Some(b'"') => break self.at += 1,
                Some(b'\\') => text.push(self.escape()?),
                _ => {
                    let start = self.at;
                    self.plain_run()?;
                    text.push_str(self.text.get(start..self.at).unwrap_or_default());
                }
            }
        }
        Ok(Cow::Owned(text))
    }

    /// Steps to the next quote or backslash.
    fn plain_run(&mut self) -> Result<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += plain_length(rest);
        if self.at >= self.text.len() {
            return self.fail(Fault::End);
        }
        if self.byte() < Some(0x20) { self.fail(Fault::Control) } else { Ok(()) }
    }

    fn escape(&mut self) -> Result<char> {
        let simple = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            Some(_) => return self.fail(Fault::Escape),
            None => return self.fail(Fault::End),
        };
        self.at += 2;
        Ok(simple)
    }

    /// `\uXXXX`, or two of them for a character beyond the basic plane.
    fn unicode(&mut self) -> Result<char> {
        let high = self.four_digits(self.at)?;
        if !(0xD800..0xE000).contains(&high) {
            self.at += 6;
            return char::from_u32(high).map_or_else(|| self.fail(Fault::Escape), Ok);
        }
        let low = self.four_digits(self.at + 6)?;
        if high >= 0xDC00 || !(0xDC00..0xE000).contains(&low) {
            return self.fail(Fault::Escape);
        }
        self.at += 12;
        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        char::from_u32(code).map_or_else(|| self.fail(Fault::Escape), Ok)
    }

    fn four_digits(&self, at: usize) -> Result<u32> {
        let text = self.text.get(at..at + 6).and_then(|text| text.strip_prefix("\\u"));
        let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => Ok(code),
            None => self.fail(Fault::Escape),
        }
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool> {
        let value = self.peek() == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    fn word(&mut self, word: &'static str) -> Result<()> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(())
        } else {
            self.fail(Fault::Expected("a value"))
        }
    }

    /// Reads a number and gives its text.
    pub(crate) fn number(&mut self) -> Result<&'a str> {
        self.peek();
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1
        } else {
            self.digits()?
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.fail(Fault::Number) } else { Ok(()) }
    }

    /// Reads any value.
    pub(crate) fn value(&mut self) -> Result<Value> {
        match self.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                self.members(|reader, key, _| {
                    members.push((key.into_owned(), reader.value()?));
                    Ok(())
                })?;
                Ok(Value::Object(members))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.items(|reader| {
                    items.push(reader.value()?);
                    Ok(())
                })?;
                Ok(Value::Array(items))
            }
            Some(b'"') => Ok(Value::String(self.string()?.into_owned())),
            Some(b't' | b'f') => Ok(Value::Bool(self.boolean()?)),
            Some(b'n') => self.word("null").map(|()| Value::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Value::Number(self.number()?.to_owned())),
            Some(_) => self.fail(Fault::Expected("a value")),
            None => self.fail(Fault::End),
        }
    }
}

/// How many bytes at the start are neither quote, backslash nor control character; eight at a time, for most
/// of a policy's text is inside strings.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_byte = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let special = |word: u64| {
        let quote = zero_byte(word ^ (ONES * u64::from(b'"')));
        let backslash = zero_byte(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        quote | backslash | control
    };
    let (words, _) = bytes.as_chunks::<8>();
    let plain = words.iter().take_while(|word| special(u64::from_le_bytes(**word)) == 0).count() * 8;
    let rest = bytes.get(plain..).unwrap_or_default();
    let end = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\') || byte < 0x20);
    plain + end.unwrap_or(rest.len())
}

/// The keys of one object so far: the first few in place, so that most objects need no memory of their own.
struct Seen<'a> {
    few: [Cow<'a, str>; FEW],
    length: usize,
    /// Made when the first few are full
    many: Option<HashSet<Cow<'a, str>>>,
}

impl<'a> Seen<'a> {
    fn new() -> Self {
        Self { few: [const { Cow::Borrowed("") }; FEW], length: 0, many: None }
    }

    /// Whether the key is new.
    fn insert(&mut self, key: &str, own: impl FnOnce() -> Cow<'a, str>) -> bool {
        if self.few.iter().take(self.length).any(|seen| seen == key) {
            return false;
        }
        if let Some(free) = self.few.get_mut(self.length) {
            *free = own();
            self.length += 1;
            return true;
        }
        self.many.get_or_insert_default().insert(own())
    }
}

/// Writes a string with its quotes.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Writes a list between brackets, `each` writing one item.
pub(crate) fn write_list<T>(
    out: &mut String,
    brackets: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut each: impl FnMut(&mut String, T),
) {
    let [open, close] = brackets;
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(out, item);
    }
    out.push(close);
}

/// Writes any value, without white space.
pub(crate) fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => write_list(out, ['[', ']'], items, write_value),
        Value::Object(members) => write_list(out, ['{', '}'], members, |out, (key, value)| {
            write_string(out, key);
            out.push(':');
            write_value(out, value);
        }),
    }
}
