//! Pages: which slice of a list a request gets, and the opaque token of the next. Also the three ways in which
//! pages can be odd and still legal, or broken: short, empty, and the same token for ever.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How the pages of this request are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Paging {
    #[default]
    Full,
    Short,
    Empty,
    Repeat,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) range: Range<usize>,
    pub(crate) next: Option<String>,
}

/// Cuts the page of a list of `total` that begins at `token`; none if the token is not one of ours.
pub(crate) fn cut(total: usize, size: usize, token: Option<&str>, paging: Paging) -> Option<Page> {
    let (start, padded) = match token {
        None => (0, false),
        Some(token) => read(token)?,
    };
    let size = if paging == Paging::Short { size.div_ceil(7) } else { size };
    let end = start.saturating_add(size.max(1)).min(total);
    let more = end < total;
    Some(match paging {
        Paging::Repeat => Page { range: start..end.max(start), next: Some(write(start, false)) },
        // After each real page comes an empty one, and after that the next real one.
        Paging::Empty if !padded => Page { range: start..start, next: Some(write(start, true)) },
        _ => Page { range: start.min(end)..end, next: more.then(|| write(end, false)) },
    })
}

fn write(start: usize, padded: bool) -> String {
    URL_SAFE_NO_PAD.encode(format!("page:{start}:{}", u8::from(padded)))
}

fn read(token: &str) -> Option<(usize, bool)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (start, padded) = text.strip_prefix("page:")?.split_once(':')?;
    Some((start.parse().ok()?, padded == "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(total: usize, size: usize, paging: Paging) -> Vec<Range<usize>> {
        let mut pages = Vec::new();
        let mut token: Option<String> = None;
        while let Some(page) = cut(total, size, token.as_deref(), paging) {
            pages.push(page.range);
            token = page.next;
            if token.is_none() || pages.len() > 50 {
                break;
            }
        }
        pages
    }

    #[test]
    fn pages_cover_the_list_once() {
        assert_eq!(walk(5, 2, Paging::Full), [0..2, 2..4, 4..5]);
        assert_eq!(walk(3, 2, Paging::Empty), [0..0, 0..2, 2..2, 2..3]);
        assert_eq!(walk(3, 14, Paging::Short), [0..2, 2..3]);
        assert!(walk(0, 2, Paging::Full).iter().all(Range::is_empty));
        assert_eq!(walk(3, 2, Paging::Repeat).len(), 51);
        assert!(cut(3, 2, Some("not ours"), Paging::Full).is_none());
    }
}
