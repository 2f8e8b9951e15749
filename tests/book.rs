//! The book, built whole into a scratch folder and read again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use stepwise::book;
use stepwise::figures::catalogue;

const BASE_URL: &str = "https://book.example/stepwise/";
/// Stands for a file that Trunk has written before.
const OF_TRUNK: &str = "written by Trunk";

/// Every file of the book by its path. Building it runs every figure of every chapter to its end and follows every link.
static BOOK: LazyLock<Result<Files, String>> = LazyLock::new(|| build(Some(BASE_URL)));

type Files = BTreeMap<String, Vec<u8>>;

fn build(base_url: Option<&str>) -> Result<Files, String> {
    let out = tempfile::tempdir().expect("a scratch folder");
    for file in ["embed.html", "stepwise-player.js"] {
        fs::write(out.path().join(file), OF_TRUNK).expect("a scratch folder can be written");
    }
    book::build(Path::new(env!("CARGO_MANIFEST_DIR")), out.path(), base_url)
        .map_err(|mistake| format!("{mistake:#}"))?;
    let mut files = Files::new();
    read(out.path(), "", &mut files);
    Ok(files)
}

fn files() -> &'static Files {
    BOOK.as_ref().unwrap_or_else(|mistake| panic!("{mistake}"))
}

fn read(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("the book can be read") {
        let entry = entry.expect("the book can be read");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read(entry.path()).expect("the book can be read"));
        }
    }
}

fn text(file: &str) -> &'static str {
    std::str::from_utf8(&files()[file]).expect("a page is text")
}

/// The pages that we have written.
fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    files()
        .keys()
        // The openings are parts of pages, which are fetched.
        .filter(|file| file.ends_with(".html") && *file != "embed.html" && !file.starts_with("openings/"))
        .map(|file| (file.as_str(), text(file)))
}

/// The opening tags of a page, without their brackets.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value)
}

#[test]
fn what_trunk_has_written_stays() {
    for file in ["embed.html", "stepwise-player.js"] {
        assert_eq!(text(file), OF_TRUNK);
    }
}

#[test]
fn no_page_runs_anything_but_files_of_the_book() {
    let policy = "script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'";
    for (page, html) in pages() {
        assert!(html.contains("<meta http-equiv=\"Content-Security-Policy\""), "{page}");
        assert!(html.contains(policy), "{page}");
        for tag in tags(html) {
            let is_script = tag == "script" || tag.starts_with("script ");
            assert!(!is_script || attribute(tag, "src").is_some(), "{page}: an inline script");
            let is_handler = |name: &str| name.starts_with("on") && name.bytes().all(|each| each.is_ascii_lowercase());
            let mut words = tag.split_whitespace();
            let handler = words.find(|word| word.split_once('=').is_some_and(|(name, _)| is_handler(name)));
            assert_eq!(handler, None, "{page}: <{tag}>");
            assert!(!tag.contains("=\"javascript:"), "{page}: <{tag}>");
        }
    }
}

#[test]
fn no_page_asks_anything_of_another_host() {
    for (page, html) in pages() {
        for tag in tags(html).filter(|tag| !tag.starts_with("a ") && !tag.starts_with("base ")) {
            for name in ["src", "href", "srcset", "poster", "data", "action"] {
                let value = attribute(tag, name).unwrap_or_default();
                assert!(!value.contains("//") && !value.starts_with('/'), "{page}: <{tag}>");
            }
        }
    }
    for (file, bytes) in files().iter().filter(|(file, _)| file.ends_with(".css")) {
        let style = std::str::from_utf8(bytes).expect("a style is text");
        assert!(!style.contains("//") && !style.contains("@import"), "{file}");
    }
}

#[test]
fn every_figure_stands_where_it_was_written() {
    let mut figures = 0;
    for (page, html) in pages() {
        assert!(!html.contains("figure-mark-") && !html.contains("catalogue-mark"), "{page}: a mark is left");
        assert!(!html.contains("{{#"), "{page}: mdBook's commands are left");
        for block in html.split("<div class=\"figure-block\"").skip(1) {
            let element = block.split("</stepwise-figure>").next().expect("a split has a first part");
            assert!(!element.contains('\n'), "{page}: a figure is torn apart");
            assert!(element.contains("class=\"scene wide\"") && element.contains("class=\"scene narrow\""), "{page}");
            assert!(element.contains("<div class=\"opening-narration\">"), "{page}");
            figures += 1;
        }
        let plays = html.contains("stepwise.js\"></script>");
        assert_eq!(plays, html.contains("<stepwise-figure") && page != "print.html", "{page}");
    }
    assert!(figures > 0, "the book has no figures");
}

#[test]
fn every_figure_has_a_chapter_and_stands_in_the_catalogue() {
    let cover = text("index.html");
    for entry in catalogue() {
        let about = &entry.about;
        assert!(cover.contains(&format!("embed.html#kind={}&amp;", about.kind)), "{} isn't on the cover", about.kind);
        let chapter = text(&format!("{}.html", about.chapter));
        let figures = chapter.matches(&format!("<stepwise-figure kind=\"{}\"", about.kind)).count();
        assert!(figures >= 2, "{}: its chapter shows it {figures} times, not twice", about.kind);
    }
}

/// FAULTS P6: whoever always takes the first choice, or the second, is wrong at least every other time.
#[test]
fn p6_no_place_among_the_choices_holds_the_right_answer_in_more_than_half() {
    let (mut questions, mut right_at) = (0, BTreeMap::new());
    for (page, html) in pages().filter(|(page, _)| *page != "print.html") {
        for riddle in html.split("<div class=\"riddle\">").skip(1) {
            let riddle = riddle.split("</div>").next().expect("a split has a first part");
            let answers: Vec<_> = riddle.split("</summary>").skip(1).collect();
            if answers.len() < 2 {
                continue;
            }
            for (place, _) in answers.iter().enumerate().filter(|(_, answer)| answer.starts_with("Yes. ")) {
                *right_at.entry(place).or_insert(0) += 1;
            }
            assert!(answers.iter().any(|answer| answer.starts_with("Yes. ")), "{page}: {riddle} has no answer");
            questions += 1;
        }
    }
    assert!(questions > 30, "only {questions} questions were found");
    let most = *right_at.values().max().expect("there are questions");
    assert!(2 * most <= questions, "of {questions}, the right ones are at {right_at:?}; `DEAL` in proof.rs deals anew");
}

/// FAULTS P8: every entry of every chapter's further reading leads somewhere, by a DOI or to its author's or publisher's page.
#[test]
fn p8_every_chapter_has_further_reading_and_each_entry_a_link() {
    for about in catalogue().iter().map(|entry| entry.about) {
        let chapter = text(&format!("{}.html", about.chapter));
        let (_, reading) = chapter.split_once("id=\"further-reading\"").expect("a chapter has further reading");
        let (list, _) = reading.split_once("</ul>").expect("it is a list");
        let entries: Vec<_> = list.split("<li>").skip(1).collect();
        assert!(entries.len() >= 2, "{}", about.chapter);
        for entry in entries {
            assert!(entry.contains("href=\"https://"), "{}: {entry}", about.chapter);
        }
    }
}

#[test]
fn on_paper_a_figure_says_where_it_is_found() {
    // Slides are not printed as a book is.
    let with_figures = pages().filter(|(page, html)| html.contains("<stepwise-figure") && !page.starts_with("slides/"));
    for (page, html) in with_figures {
        let (figures, codes) = (html.matches("<stepwise-figure").count(), html.matches("<svg class=\"code\"").count());
        assert_eq!(figures, codes, "{page}");
        assert!(html.contains(&format!(">{BASE_URL}")), "{page}");
    }
}

#[test]
fn without_a_base_url_no_address_is_made_up() {
    for (file, bytes) in
        build(None).expect("the book needs no base URL").iter().filter(|(file, _)| file.ends_with(".html"))
    {
        let html = std::str::from_utf8(bytes).expect("a page is text");
        assert!(!html.contains("<svg class=\"code\"") && !html.contains("<base"), "{file}");
    }
}

#[test]
fn the_page_for_nowhere_finds_the_way_back() {
    let html = text("404.html");
    assert!(html.contains("<base href=\"/stepwise/\">"));
    assert!(html.contains("<style>") && !html.contains("href=\"page.css\""));
}

#[test]
fn readers_find_the_engines_as_they_are() {
    let engine = "src/engine/contract.rs";
    assert_eq!(files()[&format!("source/{engine}")], fs::read(engine).expect("the engines are in the project"));
}

/// Builds a book of one chapter, which must fail, and tells how.
fn complaint(chapter: &str) -> String {
    let root = tempfile::tempdir().expect("a scratch folder");
    let chapters = root.path().join("chapters");
    fs::create_dir(&chapters).expect("a scratch folder can be written");
    fs::write(chapters.join("SUMMARY.md"), "- [One](one.md)\n").expect("a scratch folder can be written");
    fs::write(chapters.join("one.md"), chapter).expect("a scratch folder can be written");
    let built = book::build(root.path(), &root.path().join("dist"), None);
    built.expect_err("a wrong figure ends the build").to_string()
}

#[test]
fn a_wrong_figure_is_told_with_its_file_and_line() {
    let kind = catalogue().first().expect("the book has figures").about.kind;
    let cases = [
        ("kind = \"bree\"".to_owned(), "there is no figure `bree`; there are: "),
        ("kind = ".to_owned(), "TOML parse error"),
        (format!("kind = \"{kind}\"\norder_of_things = 3"), "order_of_things"),
        (format!("kind = \"{kind}\"\nrun = \"fly away\""), "fly"),
        (format!("kind = \"{kind}\"\nstep = \"9.9\""), "has no step 9.9"),
        (format!("kind = \"{kind}\"\ncontrols = \"some\""), "accepted: full, minimal, none"),
    ];
    for (fence, expected) in cases {
        let complaint = complaint(&format!("# One\n\n```figure\n{fence}\n```\n"));
        assert!(complaint.starts_with("chapters/one.md:3: ") && complaint.contains(expected), "{complaint}");
    }
}

#[test]
fn a_chapter_without_objectives_is_refused() {
    let complaint = complaint("# One\n\nWords.\n");
    assert!(
        complaint.starts_with("chapters/one.md:1: a chapter begins with what readers can do after it; accepted: +++"),
        "{complaint}"
    );
}

#[test]
fn all_wrong_figures_are_told_at_once() {
    let fence = "```figure\nkind = \"x\"\n```\n\n";
    let complaint = complaint(&fence.repeat(2));
    assert!(complaint.contains("one.md:1: ") && complaint.contains("one.md:5: "), "{complaint}");
}
