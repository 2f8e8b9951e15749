//! Every byte of every file is flipped, and every file cut off everywhere: nothing panics, and no wrong value is given.

use super::*;

#[test]
fn no_damage_gives_a_wrong_value() {
    let mut engine = opened(&[("segment", "48")]);
    run(&mut engine, "put a 1; put b 2; put a 3; put c 4; delete b; merge; put d 5; put a 6; put e 7; put f 8");
    let keys = ["a", "b", "c", "d", "e", "f"];
    let whole: Vec<_> = keys.iter().map(|key| found(&mut engine, key)).collect();
    let names = file_names(&engine);
    let newest = names.iter().rfind(|name| name.ends_with(".data")).expect("there is one to write to").clone();
    let mut refused = 0;
    for name in names {
        let file = engine.disk.open(&name).unwrap();
        for at in 0..engine.disk.len(file) {
            for cut in [false, true] {
                let mut damaged = engine.clone();
                match cut {
                    true => damaged.disk.truncate(file, at).unwrap(),
                    false => damaged.disk.rot(file, at),
                }
                outcome(&mut damaged, "crash kept");
                for (key, right) in keys.iter().zip(&whole) {
                    match outcome(&mut damaged, &format!("get {key}")) {
                        Outcome::Refused(reason) => {
                            assert!(reason.contains(&name) && reason.contains("offset"), "{name}, {at}: {reason}");
                            refused += 1;
                        }
                        // Only a file that is cut may have lost its end, and the newest one its torn tail.
                        Outcome::Value(value) => {
                            assert!(value == *right || cut || name == newest, "{name}, {at}: {key} is {value:?}");
                            let written = [
                                None,
                                Some("1"),
                                Some("3"),
                                Some("2"),
                                Some("4"),
                                Some("5"),
                                Some("6"),
                                Some("7"),
                                Some("8"),
                            ];
                            assert!(written.contains(&value.as_deref()), "{name}, {at}: {key} is {value:?}");
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
        }
    }
    assert!(refused > 0);
}
