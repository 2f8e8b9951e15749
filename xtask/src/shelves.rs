//! The player's Wasm, taken apart: what every figure needs in one module, and for each figure a file of its own, a shelf, which
//! pages fetch when they first show one of that kind (`src/figures/catalogue.rs` is where the module is cut). What is in the
//! drawers of a figure is one more shelf (`src/player/drawers/mod.rs`).
//!
//! The file holds the module that no other shelf needs, and all those that the shelf shares with others: the splitter makes a
//! module for every set of shelves that need the same, two hundred for a shelf, most of them tiny. Together they are one
//! request, and less than half as large when they are compressed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CustomSection, Module, TypeSection};
use wasm_split_cli_support::{Options, transform};
use wasmparser::{CustomSectionReader, Parser, TypeSectionReader, Validator, WasmFeatures};

use crate::Result;
use crate::run::{command, run, target, told};
use crate::site;
use crate::tools::WASM;

const PLAYER: &str = "stepwise-player";
const LINK: &str = "./link.js";
/// How a page fetches what this file writes.
const LOADERS: &str = include_str!("shelves.js");
/// Beside the shelves: their names, a line each. For those who measure.
const LIST: &str = "list.txt";
/// Begins the name of the folder that the shelves are in.
const FOLDER: &str = "shelves-";

/// Begins the name of the shelf of a long run, before the name of its figure.
const LONG_RUN: &str = "long_";

/// Takes the module apart that cargo has just built, and puts its parts in the place of the whole, which trunk has put
/// into `site`, which becomes `dist`. Parts that `dist` has already are taken from it, but for a release.
pub fn split(site: &Path, dist: &Path) -> Result {
    let built = target().join(WASM).join(site::profile()).join(PLAYER).with_extension("wasm");
    let whole = fs::read(&built).map_err(told(&built))?;
    // Parts of different builds do not fit together, and browsers keep what they have fetched.
    let mut hash = DefaultHasher::new();
    hash.write(&whole);
    let folder = format!("{FOLDER}{:016x}", hash.finish());
    let (shelves, before) = (site.join(&folder), dist.join(&folder));
    let (player, glue) = (format!("{PLAYER}_bg.wasm"), format!("{PLAYER}.js"));
    if !site::is_release() && before.join(LIST).exists() {
        fs::create_dir_all(&shelves).map_err(told(&shelves))?;
        for part in fs::read_dir(&before).map_err(told(&before))?.flatten() {
            fs::copy(part.path(), shelves.join(part.file_name())).map_err(told(&part.path()))?;
        }
        for name in [player, glue] {
            fs::copy(dist.join(&name), site.join(&name)).map_err(told(&dist.join(&name)))?;
        }
        return Ok(());
    }
    fs::create_dir_all(&shelves).map_err(told(&shelves))?;
    // The whole one is not kept: for a moment it gives its place to the part that all need.
    let main = shelves.join(PLAYER).with_extension("wasm");

    let mut options = Options::new(&whole);
    options.output_dir = &shelves;
    options.main_out_path = &main;
    options.link_name = LINK;
    let parts = transform(options).map_err(told(&built))?;
    for part in &parts.split_modules {
        let bytes = fs::read(part).map_err(told(part))?;
        let bytes = bare(&bytes).map_err(told(part))?;
        check(&bytes).map_err(told(part))?;
        fs::write(part, bytes).map_err(told(part))?;
    }
    let names = join(&shelves, &parts.prefetch_map)?;
    fs::write(shelves.join(LIST), names.join("\n")).map_err(told(&shelves))?;

    let options = ["--target", "web", "--no-typescript", "--keep-lld-exports", "--remove-name-section"];
    let mut bindgen = command("wasm-bindgen");
    bindgen.args(options).args(["--remove-producers-section", "--out-name", PLAYER, "--out-dir"]);
    run(bindgen.arg(site).arg(&main))?;
    fs::remove_file(&main).map_err(told(&main))?;
    let player = site.join(player);
    check(&fs::read(&player).map_err(told(&player))?).map_err(told(&player))?;

    let (glue, loaders) = (site.join(glue), shelves.join(LINK));
    let code = fs::read_to_string(&glue).map_err(told(&glue))?;
    let link = fs::read_to_string(&loaders).map_err(told(&loaders))?;
    fs::write(&glue, linked(&code, &link, &folder, &names)?).map_err(told(&glue))?;
    fs::remove_file(&loaders).map_err(told(&loaders))
}

/// The oldest browsers that README names know these parts of Wasm, and no others.
fn check(module: &[u8]) -> std::result::Result<(), String> {
    let known = WasmFeatures::WASM1
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::MULTI_VALUE;
    let validated = Validator::new_with_features(known).validate_all(module);
    validated.map(|_| ()).map_err(|why| format!("it needs a newer browser than README says: {why}"))
}

/// The shelves of a site, and the file of each.
pub fn list(site: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut folders = fs::read_dir(site).map_err(told(site))?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_shelves = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FOLDER));
    let folder = folders.find(is_shelves).ok_or("the site has no shelves")?;
    let names = fs::read_to_string(folder.join(LIST)).map_err(told(&folder))?;
    Ok(names.lines().map(|name| (name.to_owned(), folder.join(name).with_extension("wasm"))).collect())
}

/// The module without the sections that only tools read and the types that it doesn't use, and with its numbers as short as can
/// be: a linker leaves room in them, and the splitter gives every module the types of all.
fn bare(module: &[u8]) -> std::result::Result<Vec<u8>, reencode::Error<Infallible>> {
    let mut bare = Bare::default();
    // Once to see which types it uses, and once to write those alone.
    bare.parse_core_module(&mut Module::new(), Parser::new(0), module)?;
    bare.kept = Some(bare.used.iter().copied().zip(0..).collect());
    let mut short = Module::new();
    bare.parse_core_module(&mut short, Parser::new(0), module)?;
    Ok(short.finish())
}

#[derive(Default)]
struct Bare {
    /// Numbers of types that something refers to.
    used: BTreeSet<u32>,
    /// Their new numbers, once all are known.
    kept: Option<BTreeMap<u32, u32>>,
}

impl Reencode for Bare {
    type Error = Infallible;

    fn type_index(&mut self, number: u32) -> std::result::Result<u32, reencode::Error<Infallible>> {
        self.used.insert(number);
        Ok(self.kept.as_ref().map_or(number, |kept| kept[&number]))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: TypeSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error<Infallible>> {
        for (number, group) in (0..).zip(section) {
            if self.kept.as_ref().is_none_or(|kept| kept.contains_key(&number)) {
                self.parse_recursive_type_group(types.ty(), group?)?;
            }
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error<Infallible>> {
        Ok(())
    }
}

/// Puts the modules that each shelf needs into one file, as sections of a module that holds nothing else, and takes away what
/// it is made of. A long run comes to a figure: what that has brought is left out. Returns the names of the shelves.
fn join(shelves: &Path, needs: &HashMap<String, Vec<String>>) -> Result<Vec<String>> {
    let at = |name: &str| shelves.join(name).with_extension("wasm");
    let all: BTreeSet<&String> = needs.values().flatten().collect();
    let mut modules = Vec::new();
    for name in all {
        let part = at(name);
        modules.push((name, fs::read(&part).map_err(told(&part))?));
        fs::remove_file(&part).map_err(told(&part))?;
    }
    // So they compress best: the small ones repeat what the large ones have. Each is called by its place in this order.
    modules.sort_by_key(|(_, bytes)| Reverse(bytes.len()));
    let mut names: Vec<String> = needs.keys().cloned().collect();
    names.sort();
    for shelf in &names {
        let brought = shelf.strip_prefix(LONG_RUN).map_or(&[][..], |figure| &needs[figure]);
        let is_needed = |name: &String| needs[shelf].contains(name) && !brought.contains(name);
        let here: Vec<_> = (0..).zip(&modules).filter(|(_, (name, _))| is_needed(name)).collect();
        let places: Vec<String> = here.iter().map(|(place, _): &(usize, _)| place.to_string()).collect();
        let mut joined = Module::new();
        joined.section(&CustomSection { name: "names".into(), data: places.join(" ").into_bytes().into() });
        for (_, (_, bytes)) in here {
            joined.section(&CustomSection { name: "module".into(), data: bytes.into() });
        }
        fs::write(at(shelf), joined.finish()).map_err(told(shelves))?;
    }
    Ok(names)
}

/// The glue of wasm-bindgen with the loaders of the shelves in it. As a file of their own they would belong to the first
/// instance for ever; but after a panic a page imports the glue anew, by another name, and the shelves with it. What the
/// splitter wrote for each module gives its place to loaders of whole shelves.
fn linked(glue: &str, link: &str, folder: &str, names: &[String]) -> Result<String> {
    let imports = |line: &&str| line.starts_with("import * as ") && line.contains(LINK);
    let mut code = String::from("const shelves = {};\n");
    if !glue.lines().any(|line| imports(&line)) {
        return Err(format!("{PLAYER}.js doesn't import {LINK}; has wasm-bindgen changed how it writes?"));
    }
    for line in glue.lines() {
        match line.split_whitespace().nth(3).filter(|_| imports(&line)) {
            Some(name) => code += &format!("const {name} = shelves;\n"),
            None => code += &format!("{line}\n"),
        }
    }
    let changed = |what: &str| format!("{LINK} has no `{what}`; has the splitter changed how it writes?");
    let main = format!("import {{ initSync }} from \"{}\";", Options::new(&[]).main_module);
    let rest = link.strip_prefix(&main).ok_or_else(|| changed(&main))?;
    // A comment that says who needs it begins the loader of each shared module.
    let (runtime, _) = rest.split_once("\n/* ").ok_or_else(|| changed("/* "))?;
    for called in ["function makeLoad(", "function wrapAsyncCb("] {
        if !runtime.contains(called) {
            return Err(changed(called));
        }
    }
    code += runtime;
    code += &LOADERS.replace("FOLDER", folder);
    for shelf in names {
        code += &format!("shelves.__wasm_split_load_{shelf} = wrapAsyncCb(makeLoad(shelf(\"{shelf}\"), []));\n");
    }
    Ok(code)
}
