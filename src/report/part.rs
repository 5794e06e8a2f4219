//! One file of a format: where it belongs in the folder of the reports, and how its bytes are made. Formats hand
//! out their files as these, so that a format may have several and none needs to know who opens them.

use std::io;

use super::ReportError;

type Print<'a> = dyn Fn(&mut dyn io::Write) -> io::Result<()> + 'a;

/// One file of a format.
pub struct Part<'a> {
    path: String,
    print: Box<Print<'a>>,
}

impl<'a> Part<'a> {
    pub(super) fn new(
        path: impl Into<String>,
        print: impl Fn(&mut dyn io::Write) -> io::Result<()> + 'a,
    ) -> Self {
        Self { path: path.into(), print: Box::new(print) }
    }

    /// Its place below the folder of the reports, with `/` between names. It never leaves the folder.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Writes it. The same report gives the same bytes.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn render(&self, out: &mut dyn io::Write) -> Result<(), ReportError> {
        let mut out = io::BufWriter::new(out);
        (self.print)(&mut out)?;
        Ok(io::Write::flush(&mut out)?)
    }
}
