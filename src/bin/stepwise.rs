//! The terminal's Stepwise: lists the figures, runs a script as text, prints a step as SVG, and builds the book.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;
use stepwise::engine::data::{self, Header};
use stepwise::engine::language::{self, MAX_SCRIPT_BYTES};
use stepwise::engine::wording::count;
use stepwise::engine::{ParameterKind, Parameters};
use stepwise::figures::{self, Entry, Loading, Opened, Run, catalogue};
use stepwise::scene::{Breadth, Theme, export};
use stepwise::spec::{Choice, FigureSpec, View};
use stepwise::{book, transcript};

const HELP: &str = "Stepwise: data systems, step by step

  stepwise list                  the figures, their parameters and commands
  stepwise run KIND [OPTIONS]    run a script and print every step
  stepwise svg KIND [OPTIONS]    print the picture of one step
  stepwise long KIND [OPTIONS]   carry out very many operations and print what was measured
  stepwise build [OPTIONS]       write the book
  stepwise check FILE...         mark answers to the goals of the book, and print points as JSON

A script comes from --run, from --script, from --example, or from standard input.

  --param NAME=VALUE   a parameter of the figure; may be given more than once
  --run TEXT           the script itself, as in --run 'put a 1; get a'
  --script FILE        the script in a file
  --example            the figure's own example
  --data FILE          a text, CSV or JSON file of your own, written into the figure first: keys in the first column
  --header yes|no      whether the first line of that file is a header; without it that is guessed, and said
  --before TEXT        commands to carry out first, without recording them
  --json               (run) one JSON object a line instead of text
  --describe           (run) the picture of one step in words instead: what that step has changed, and all that there is
  --count N            (long) how many operations; 1000000 without it
  --step C.S           (svg, --describe) which step: the S-th of the C-th command, 0 for the opening; the last without it
  --view VIEW          (svg, --describe) picture, or time: the space-time diagram of a cluster
  --narrow             (svg) laid out for a phone
  --dark               (svg) in the dark colours
  --print              (svg) in the colours for paper
  --out DIR            (build) where to; dist without it
  --base-url URL       (build) where the book will be, for the codes in print; STEPWISE_BASE_URL without it
  --help, --version

A file of answers has one a line, the name of a goal and a script: goal-storage-lsm-trees-1: put a 1; flush

It exits with 0 if all went well (what an engine refuses, such as a read without a quorum, is a result like any
other), with 1 if a file couldn't be read or written, and with 2 if what was asked can't be understood.
";

/// What ended the program early.
enum Failure {
    /// The reader's wish makes no sense; the text says why.
    Wish(String),
    /// The machine did not do its part.
    Machine(String),
    /// Whoever read our output has left; there is nothing to say.
    PipeClosed,
}

fn main() -> ExitCode {
    let (code, message) = match run() {
        Ok(()) | Err(Failure::PipeClosed) => return ExitCode::SUCCESS,
        Err(Failure::Wish(message)) => (2, message),
        Err(Failure::Machine(message)) => (1, message),
    };
    eprintln!("stepwise: {message}");
    ExitCode::from(code)
}

#[derive(Default)]
struct Options {
    parameters: Vec<(String, String)>,
    run: Option<String>,
    script: Option<PathBuf>,
    before: String,
    data: Option<PathBuf>,
    header: Option<String>,
    example: bool,
    json: bool,
    describe: bool,
    step: Option<String>,
    view: Option<String>,
    count: Option<String>,
    narrow: bool,
    dark: bool,
    print: bool,
    out: Option<PathBuf>,
    base_url: Option<String>,
}

fn run() -> Result<(), Failure> {
    let mut arguments = lexopt::Parser::from_env();
    let mut words = Vec::new();
    let mut options = Options::default();
    while let Some(argument) = arguments.next().map_err(wish)? {
        match argument {
            Value(word) => words.push(word.string().map_err(wish)?),
            Long("param") => {
                let text = text_of(&mut arguments)?;
                let (name, value) = text.split_once('=').ok_or_else(|| {
                    Failure::Wish(format!("--param `{text}` has no `=`; accepted: --param NAME=VALUE"))
                })?;
                options.parameters.push((name.to_owned(), value.to_owned()));
            }
            Long("run") => options.run = Some(text_of(&mut arguments)?),
            Long("before") => options.before = text_of(&mut arguments)?,
            Long("data") => options.data = Some(arguments.value().map_err(wish)?.into()),
            Long("header") => options.header = Some(text_of(&mut arguments)?),
            Long("script") => options.script = Some(arguments.value().map_err(wish)?.into()),
            Long("example") => options.example = true,
            Long("json") => options.json = true,
            Long("describe") => options.describe = true,
            Long("step") => options.step = Some(text_of(&mut arguments)?),
            Long("view") => options.view = Some(text_of(&mut arguments)?),
            Long("count") => options.count = Some(text_of(&mut arguments)?),
            Long("narrow") => options.narrow = true,
            Long("dark") => options.dark = true,
            Long("print") => options.print = true,
            Long("out") => options.out = Some(arguments.value().map_err(wish)?.into()),
            Long("base-url") => options.base_url = Some(text_of(&mut arguments)?),
            Short('h') | Long("help") => return print(HELP),
            Short('V') | Long("version") => return print(concat!("stepwise ", env!("CARGO_PKG_VERSION"), "\n")),
            other => return Err(wish(other.unexpected())),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["list"] => print(&catalogue().into_iter().map(describe).collect::<Vec<_>>().join("\n")),
        ["run", kind] => run_figure(kind, options),
        ["svg", kind] => print_picture(kind, options),
        ["long", kind] => run_long(kind, options),
        ["build"] => build(options),
        ["check", ref files @ ..] if !files.is_empty() => check(files),
        ["check"] => Err(Failure::Wish("`check` which answers? Accepted: check FILE...".to_owned())),
        [] => Err(Failure::Wish(format!("what should it do?\n\n{HELP}"))),
        ["run" | "svg" | "long"] => Err(Failure::Wish(format!("`{}` which figure? There are: {}", words[0], kinds()))),
        _ => Err(Failure::Wish(format!(
            "`{}` is no command; accepted: list, run KIND, svg KIND, long KIND, build, check FILE...",
            words.join(" ")
        ))),
    }
}

fn run_figure(kind: &str, options: Options) -> Result<(), Failure> {
    if options.describe && options.json {
        return Err(wish("--describe is text; accepted: one of --describe and --json"));
    }
    if options.describe {
        let (run, view, index) = picture(kind, options)?;
        return print(&format!("{}\n{}", run.moment(index).narration, run.in_words(view, index).text()));
    }
    let json = options.json;
    let opened = open(kind, options)?;
    if !json {
        return print(&transcript::text(&opened.run));
    }
    transcript::json_lines(&opened.run).try_for_each(|line| print(&(line + "\n")))
}

fn print_picture(kind: &str, options: Options) -> Result<(), Failure> {
    let breadth = if options.narrow { Breadth::Narrow } else { Breadth::Wide };
    let theme = match (options.dark, options.print) {
        (true, true) => return Err(Failure::Wish("--dark or --print, not both".to_owned())),
        (true, false) => Theme::Dark,
        (false, true) => Theme::Print,
        (false, false) => Theme::Light,
    };
    let (run, view, index) = picture(kind, options)?;
    let scene = run.view(view, index, breadth);
    print(&(export::standalone(&scene, &run.moment(index).narration, theme) + "\n"))
}

/// A run, how it is seen, and the step that is meant: the last, where none is said.
fn picture(kind: &str, mut options: Options) -> Result<(Run, View, usize), Failure> {
    let view = options.view.take().map(|view| View::read(&view)).transpose().map_err(wish)?.unwrap_or_default();
    let step_is_said = options.step.is_some();
    let Opened { run, index, .. } = open(kind, options)?;
    if view == View::Time && !run.has_diagram() {
        return Err(Failure::Wish(format!("`{kind}` has no space-time diagram; accepted: --view picture")));
    }
    let index = if step_is_said { index } else { run.last() };
    Ok((run, view, index))
}

/// How many operations at a time; no one looks on in between.
const SLICE: u64 = 10_000;

fn run_long(kind: &str, options: Options) -> Result<(), Failure> {
    let entry = figures::find(kind).map_err(wish)?;
    let pairs = options.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let parameters = Parameters::new(entry.parameters, pairs).map_err(wish)?;
    let count = options.count.map_or(Ok(*figures::long::OPERATIONS.end()), |text| {
        text.parse().map_err(|_| Failure::Wish(format!("--count `{text}` is no number; accepted: --count 100000")))
    })?;
    let mut run = entry.start_long(&parameters, count).map_err(wish)?;
    while run.advance(SLICE).map_err(Failure::Wish)? {}
    print(&run.report().iter().map(|table| table.text()).collect::<Vec<_>>().join("\n"))
}

fn build(options: Options) -> Result<(), Failure> {
    // Trunk tells where the site is being put together.
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let out = options.out.or(staging).unwrap_or_else(|| PathBuf::from("dist"));
    let root = std::env::current_dir().map_err(|error| Failure::Machine(error.to_string()))?;
    let base_url = options.base_url.or_else(|| std::env::var("STEPWISE_BASE_URL").ok());
    book::build(&root, &out, base_url.as_deref()).map_err(|error| Failure::Machine(format!("{error:#}")))
}

/// Marks files of answers, one JSON object a file.
fn check(files: &[&str]) -> Result<(), Failure> {
    let root = std::env::current_dir().map_err(|error| Failure::Machine(error.to_string()))?;
    let goals = book::goals::all(&root).map_err(|error| Failure::Machine(format!("{error:#}")))?;
    for file in files {
        let text = decoded(file, &contents(Path::new(file))?)?;
        let marked = book::goals::marked(file, &text, &goals).map_err(wish)?;
        print(&format!("{marked}\n"))?;
    }
    Ok(())
}

/// Opens the figure; in the terminal anything wrong with the wish ends the program.
fn open(kind: &str, options: Options) -> Result<Opened, Failure> {
    let entry = figures::find(kind).map_err(wish)?;
    let script = match (options.run, options.script, options.example) {
        (Some(text), None, false) => text,
        (None, Some(file), false) => decoded(&file.display().to_string(), &contents(&file)?)?,
        (None, None, true) => entry.about.example.to_owned(),
        (None, None, false) => standard_input()?,
        _ => return Err(wish("more than one script; accepted: one of --run, --script and --example")),
    };
    if options.header.is_some() && options.data.is_none() {
        return Err(wish("--header is about a file of data; accepted: --header beside --data"));
    }
    let spec = FigureSpec {
        kind: kind.to_owned(),
        parameters: options.parameters.into_iter().collect(),
        before: options.before,
        run: script,
        step: options.step.map(|step| step.parse()).transpose().map_err(wish)?,
        ..FigureSpec::default()
    };
    let loaded = options.data.map(|file| load(&spec, &file, options.header.as_deref())).transpose()?;
    let opened = figures::open_on(&spec, loaded.as_ref()).map_err(wish)?;
    match opened.problems.first() {
        Some(problem) => Err(wish(problem)),
        None => Ok(opened),
    }
}

/// An engine with the reader's own data. How the file was read is said beside the result, not in it.
fn load(spec: &FigureSpec, file: &Path, header: Option<&str>) -> Result<Loading, Failure> {
    let header = match header {
        None => Header::Guess,
        Some("yes") => Header::Yes,
        Some("no") => Header::No,
        Some(other) => return Err(Failure::Wish(format!("--header `{other}` is neither; accepted: yes, no"))),
    };
    let read = data::read(&contents(file)?, header);
    let data = read.map_err(|mistake| Failure::Wish(format!("{}, {mistake}", file.display())))?;
    let turned = match data.has_header() {
        Some(true) => " (--header no: as a row)",
        Some(false) => " (--header yes: as a header)",
        None => "",
    };
    let (rows, told) = (count(data.rows.len(), "row"), data.told());
    let mut loading = Loading::new(spec, data.into()).map_err(wish)?;
    loading.advance(usize::MAX).map_err(|mistake| Failure::Wish(format!("in the data, {mistake}")))?;
    eprintln!("stepwise: {}: {rows}. {told}{turned}", file.display());
    Ok(loading)
}

fn contents(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Machine(format!("{} can't be read: {error}", file.display())))
}

/// The text of a script, or where it is none.
fn decoded(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    language::decode(bytes).map(str::to_owned).map_err(|mistake| Failure::Wish(format!("{name}, {mistake}")))
}

fn standard_input() -> Result<String, Failure> {
    let mut script = Vec::new();
    // One byte more than is allowed, so that the script itself is refused and not cut.
    let mut input = std::io::stdin().take(MAX_SCRIPT_BYTES as u64 + 1);
    input.read_to_end(&mut script).map_err(|error| Failure::Machine(format!("standard input: {error}")))?;
    decoded("standard input", &script)
}

fn describe(entry: &Entry) -> String {
    let mut text = format!("{}: {}\n  {}\n", entry.about.kind, entry.about.title, entry.about.summary);
    for parameter in entry.parameters {
        let accepted = match parameter.kind {
            ParameterKind::Integer { min, max, unit: "" } => format!("{min} to {max}"),
            ParameterKind::Integer { min, max, unit } => format!("{min} to {max} {unit}"),
            ParameterKind::Choice(choices) => choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | "),
            ParameterKind::Switch => "on | off".to_owned(),
        };
        text += &format!("  --param {}={}  {accepted}. {}\n", parameter.name, parameter.default, parameter.about);
    }
    for form in entry.commands {
        text += &format!("  {:<34} {}\n", form.usage(), form.about);
    }
    text
}

fn kinds() -> String {
    catalogue().iter().map(|entry| entry.about.kind).collect::<Vec<_>>().join(", ")
}

fn text_of(arguments: &mut lexopt::Parser) -> Result<String, Failure> {
    arguments.value().and_then(|value| value.string()).map_err(wish)
}

fn wish(mistake: impl std::fmt::Display) -> Failure {
    Failure::Wish(mistake.to_string())
}

fn print(text: &str) -> Result<(), Failure> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::PipeClosed,
        _ => Failure::Machine(format!("standard output: {error}")),
    })
}
