//! `report.json`: the frozen types of [`v1`], written as they come so that no second copy is held,
//! and the JSON Schema that is generated from the same types.

mod v1;

use std::io;

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Serializer, Value, ser::Formatter};

use super::{Report, text};

/// Writes `report.json`.
pub(super) fn render(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    inert(&v1::Document::from(report), out)
}

/// Writes a document as one line that cannot act on a terminal.
///
/// # Errors
/// When nothing can be written.
pub fn inert(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Inert);
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// The JSON Schema of `report.json`, draft 2020-12. Values that are enumerated are closed; objects are open,
/// because a later version may add fields under the same `schema_version`.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<v1::Document<'static>>().to_value()
}

/// Compact JSON in which characters that would act on a terminal are escaped. The values are unchanged.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(text::acts) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}
