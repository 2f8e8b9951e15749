//! What a page or a link means by its names and values.
//!
//! Others write on the element as well (`draggable`, `v-click`, `nonce`) and into links (`utm_source`). A figure reads the
//! names that are its own: those of [`spec::names`] and its parameters. A name that is all but one of these was meant for it, and
//! so was a parameter of another figure: that is told. All other names are none of its business.
//!
//! A script that went through a mail may have come out with its blanks as `+`, or encoded once more. It is taken so only if
//! it cannot be read as it stands: `a+b` is a key like any other.

use std::borrow::Cow;

use super::catalogue::kind_with;
use super::{Entry, find};
use crate::engine::Parameters;
use crate::engine::language::shorten;
use crate::spec::{self, BadSpec, FigureSpec};
use crate::timeline::is_readable;

/// Attributes of HTML that are as like a parameter as a slip of it would be, or are one elsewhere.
const OF_HTML: [&str; 10] = ["async", "border", "face", "language", "method", "shape", "size", "sizes", "slot", "span"];

/// Whether an attribute of that name changes what a figure of that kind shows or says.
pub fn reads(kind: &str, name: &str) -> bool {
    let Ok(entry) = find(kind) else { return is_of_all(name) };
    is_own(entry, name) || mistaken(entry, name).is_some()
}

/// The spec as it was meant, and what in it was a slip. Names that mean nothing to the figure are left out of it.
pub fn meant(mut spec: FigureSpec) -> (FigureSpec, Vec<BadSpec>) {
    let Ok(entry) = find(&spec.kind) else { return (spec, Vec::new()) };
    let mut slips = Vec::new();
    spec.parameters.retain(|name, _| {
        slips.extend(mistaken(entry, name).map(BadSpec));
        is_own(entry, name)
    });
    (as_it_was_written(entry, spec), slips)
}

fn is_of_all(name: &str) -> bool {
    spec::names().any(|own| own == name)
}

fn is_own(entry: &Entry, name: &str) -> bool {
    is_of_all(name) || entry.parameters.iter().any(|parameter| parameter.name == name)
}

/// What to say of a name that is none of the figure's but was meant for it.
fn mistaken(entry: &Entry, name: &str) -> Option<String> {
    if is_own(entry, name) || OF_HTML.contains(&name) {
        return None;
    }
    let kind = entry.about.kind;
    let found = shorten(name, 40);
    let own = || spec::names().chain(entry.parameters.iter().map(|parameter| parameter.name));
    if let Some(near) = own().find(|own| is_slip(name, own)) {
        return Some(format!("`{kind}` has no `{found}`; perhaps `{near}` is meant"));
    }
    let other = kind_with(name)?;
    let accepted: Vec<_> = entry.parameters.iter().map(|parameter| parameter.name).collect();
    Some(format!("`{found}` is a parameter of `{other}`; those of `{kind}` are: {}", accepted.join(", ")))
}

/// Whether one was written for the other: a letter too many or too few, another letter, or two in the wrong order; in a
/// long name twice, in a very short one never. With another first letter alone it is rather another word: `headers` isn't `leaders`.
fn is_slip(name: &str, own: &str) -> bool {
    let most = match name.len().min(own.len()) {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    let (name, own): (Vec<char>, Vec<char>) = (name.chars().collect(), own.chars().collect());
    name.len().abs_diff(own.len()) <= most && name.get(1..) != own.get(1..) && distance(&name, &own) <= most
}

/// How many slips lie between two words (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The spec with the texts that it had before they were changed on their way, if its scripts can be read only so.
fn as_it_was_written(entry: &Entry, spec: FigureSpec) -> FigureSpec {
    let is_readable = |spec: &FigureSpec| {
        let parameters = Parameters::new(entry.parameters, []).expect("defaults are accepted");
        let engine = (entry.open)(&parameters).expect("a figure opens with its defaults");
        is_readable(&*engine, &spec.before) && is_readable(&*engine, &spec.run)
    };
    let may_have_changed = |text: &str| text.contains(['+', '%']);
    if !(may_have_changed(&spec.run) || may_have_changed(&spec.before)) || is_readable(&spec) {
        return spec;
    }
    let blanks = |text: &str| text.replace('+', " ");
    let decoded = |text: &str| decode(text).into_owned();
    let both = |text: &str| decode(&text.replace('+', " ")).into_owned();
    let tries: [&dyn Fn(&str) -> String; 3] = [&blanks, &decoded, &both];
    tries.into_iter().map(|mend| mended(&spec, mend)).find(is_readable).unwrap_or(spec)
}

/// The spec with each of its texts mended.
fn mended(spec: &FigureSpec, mend: &dyn Fn(&str) -> String) -> FigureSpec {
    FigureSpec {
        before: mend(&spec.before),
        run: mend(&spec.run),
        ask: mend(&spec.ask),
        title: spec.title.as_deref().map(mend),
        caption: spec.caption.as_deref().map(mend),
        ..spec.clone()
    }
}

/// What percent signs stand for; a blank stays a blank, and `+` stays `+`.
fn decode(text: &str) -> Cow<'_, str> {
    let text = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let value = form_urlencoded::parse(text.as_bytes()).next().map(|(_, value)| value.into_owned());
    Cow::Owned(value.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::catalogue;

    /// All attributes of HTML, and some of those that frameworks, editors and mails add.
    const FOREIGN: &str = "abbr accept accept-charset accesskey action align allow allowfullscreen alt async \
        autocapitalize autocomplete autocorrect autofocus autoplay background bgcolor border charset checked cite class \
        clear color cols colspan compact content contenteditable coords crossorigin data datetime decoding default defer \
        dir dirname disabled download draggable enctype enterkeyhint exportparts face fetchpriority for form formaction \
        frame frameborder headers height hidden high href hreflang hspace http-equiv id inert inputmode integrity is \
        ismap itemid itemprop itemref itemscope itemtype label lang language link list loading longdesc loop low \
        marginheight marginwidth max maxlength media method min minlength multiple muted name nohref nomodule nonce \
        noshade novalidate nowrap open optimum part pattern ping placeholder playsinline popover poster preload profile \
        readonly referrerpolicy rel required rev reversed role rowspan rules sandbox scheme scope scrolling selected \
        shape size sizes slot span spellcheck src srcdoc srclang srcset standby start style summary tabindex target text \
        translate type usemap valign value version vspace width wrap writingsuggestions xmlns _ngcontent-ng-c42 \
        _nghost-abc v-click v-cloak v-if x-data x-show x-on:click :key @click wire:id hx-get key ref utm_source \
        utm_medium utm_campaign fbclid gclid msclkid mc_cid mc_eid igshid si __cf_chl";

    fn said(kind: &str, pairs: &[(&str, &str)]) -> (FigureSpec, Vec<String>) {
        let pairs = [("kind", kind)].into_iter().chain(pairs.iter().copied());
        let (spec, wrong) = FigureSpec::from_pairs(pairs);
        assert_eq!(wrong, []);
        let (spec, slips) = meant(spec);
        (spec, slips.into_iter().map(|slip| slip.0).collect())
    }

    /// PAGE F15: what others write on the element is theirs.
    #[test]
    fn f15_names_that_are_not_ours_are_left_alone() {
        for entry in catalogue() {
            let foreign = FOREIGN.split_whitespace().filter(|name| !is_own(entry, name));
            for name in foreign {
                let (spec, slips) = said(entry.about.kind, &[(name, "true")]);
                assert_eq!((spec.parameters.len(), slips), (0, Vec::<String>::new()), "{}: {name}", entry.about.kind);
                assert!(!reads(entry.about.kind, name), "{}: {name}", entry.about.kind);
            }
        }
    }

    /// PAGE F15: but a slip of a name of ours is told, and with it the name that was meant.
    #[test]
    fn f15_slips_and_parameters_of_other_figures_are_told() {
        for (kind, name, told) in [
            ("btree", "odrer", "perhaps `order` is meant"),
            ("btree", "orders", "perhaps `order` is meant"),
            ("btree", "stpe", "perhaps `step` is meant"),
            ("btree", "contorls", "perhaps `controls` is meant"),
            ("lsm", "memtabel", "perhaps `memtable` is meant"),
            ("tail", "hedge_after", "perhaps `hedge-after` is meant"),
            ("failover", "acknowlege", "perhaps `acknowledge` is meant"),
            ("btree", "memtable", "is a parameter of `sstable`; those of `btree` are: order"),
        ] {
            let (spec, slips) = said(kind, &[(name, "4")]);
            assert!(slips.len() == 1 && slips[0].contains(told), "{name}: {slips:?}");
            assert!(spec.parameters.is_empty() && reads(kind, name));
        }
        assert_eq!(said("btree", &[("order", "5")]).0.parameters["order"], "5");
    }

    /// No parameter is a slip of another one, or of a name that all figures have.
    #[test]
    fn f15_no_two_names_of_a_figure_are_slips_of_each_other() {
        for entry in catalogue() {
            let own: Vec<_> = spec::names().chain(entry.parameters.iter().map(|each| each.name)).collect();
            for name in &own {
                assert!(mistaken(entry, name).is_none(), "{name}");
            }
        }
    }

    /// PAGE F16, FAULTS P2: `%2B` is a blank only if the script cannot be read otherwise.
    #[test]
    fn f16_a_script_is_read_as_it_was_before_it_went_through_a_mail() {
        let runs = [
            ("put 1 a; get 1", "put 1 a; get 1"),
            ("put+1+a;+get+1", "put 1 a; get 1"),
            ("put a+b 1; get a+b", "put a+b 1; get a+b"),
            ("put%201%20a%3B%20get%201", "put 1 a; get 1"),
            ("put 100%25 a", "put 100%25 a"),
            ("fly+away", "fly+away"),
            ("put 1 a; fly away+", "put 1 a; fly away+"),
        ];
        for (found, right) in runs {
            assert_eq!(said("lsm", &[("run", found)]).0.run, right);
        }
        let (spec, _) = said("lsm", &[("before", "put+1+a"), ("title", "One+two"), ("run", "get+1")]);
        assert_eq!((spec.before.as_str(), spec.title.as_deref()), ("put 1 a", Some("One two")));
        let (spec, _) = said("lsm", &[("title", "1+1"), ("run", "get 1")]);
        assert_eq!(spec.title.as_deref(), Some("1+1"));
    }
}
