//! From one page of an answer to the next.

use reqwest::header::{HeaderMap, LINK};
use url::{Position, Url};

/// The path of the page after this one, which must be at the same address as this one.
pub(super) fn next_page(headers: &HeaderMap, api: &Url) -> Result<Option<String>, String> {
    let is_next = |parameters: &str| parameters.split(';').any(|one| one.trim() == "rel=\"next\"");
    let links = headers.get(LINK).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let links = links.split(',').filter_map(|link| link.split_once(';'));
    let Some((target, _)) = links.into_iter().find(|(_, parameters)| is_next(parameters)) else {
        return Ok(None);
    };
    let target = target.trim().trim_start_matches('<').trim_end_matches('>');
    let url = api.join(target).ok().filter(|url| url.origin() == api.origin());
    let path = url.as_ref().and_then(|url| {
        url[Position::BeforePath..Position::AfterQuery]
            .strip_prefix(api.path().trim_end_matches('/'))
    });
    match path {
        Some(path) if path.starts_with('/') => Ok(Some(path.to_owned())),
        _ => Err("the next page is at another address".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn the_next_page_is_of_the_same_api() {
        let check = |api: &str, link: &str, expected: Result<Option<&str>, ()>| {
            let headers = [(LINK, HeaderValue::from_str(link).unwrap())].into_iter().collect();
            let found = next_page(&headers, &Url::parse(api).unwrap());
            let found = found.as_ref().map(|path| path.as_deref()).map_err(|_| ());
            assert_eq!(found, expected, "{api} {link}");
        };
        let api = "https://api.github.com";
        check(
            api,
            r#"<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next""#,
            Ok(Some("/x?page=3")),
        );
        check(api, r#"<https://api.github.com/x?page=1>; rel="prev""#, Ok(None));
        check(api, "", Ok(None));
        check(api, "nonsense", Ok(None));
        check(api, r#"</x?page=2>; rel="next""#, Ok(Some("/x?page=2")));
        for other in
            ["https://example.org/x", "http://api.github.com/x", "//example.org/x", "https://["]
        {
            check(api, &format!(r#"<{other}>; rel="next""#), Err(()));
        }
        let enterprise = "https://git.example.org/api/v3";
        let next = |path: &str| format!(r#"<https://git.example.org{path}>; rel="next""#);
        check(enterprise, &next("/api/v3/x?page=2"), Ok(Some("/x?page=2")));
        check(enterprise, &next("/api/v3x"), Err(()));
        check(enterprise, &next("/login"), Err(()));
    }
}
