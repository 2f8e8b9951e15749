//! Against queueing theory and the law. How far a simulation may be off is computed from runs with other seeds.

use proptest::prelude::*;

use super::*;
use crate::command::statements;
use crate::sim::Time;

const SEEDS: u64 = 16;

fn costs(contention: u64, coherence: u64) -> Costs {
    Costs { work: Time::from_millis(10), contention, coherence }
}

/// What `of` gives for many seeds: the mean, and its standard error.
fn many(of: impl Fn(u64) -> f64) -> (f64, f64) {
    let found: Vec<f64> = (0..SEEDS).map(of).collect();
    let mean = found.iter().sum::<f64>() / SEEDS as f64;
    let variance = found.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / (SEEDS - 1) as f64;
    (mean, (variance / SEEDS as f64).sqrt())
}

fn check(what: &str, (mean, error): (f64, f64), expected: f64) {
    assert!((mean - expected).abs() < 4.0 * error + expected * 0.002, "{what}: {mean} ± {error}, expected {expected}");
    assert!(error < expected * 0.05, "{what}: {mean} ± {error} tells nothing");
}

fn measure(way: Way, size: u32, costs: &Costs, rate: u64, seed: u64) -> Measured {
    run::run(System { way, size, failed: false }, costs, Rate(rate), 20_000, seed)
}

/// FACTS: the universal scalability law, C(n) = n / (1 + a(n-1) + b n(n-1)).
#[test]
fn capacity_follows_the_universal_scalability_law() {
    let costs = costs(30, 20);
    for n in [1_u32, 2, 8, 22, 48] {
        let (one, more) = (f64::from(n), f64::from(n) - 1.0);
        let law = 100.0 * one / (1.0 + 0.03 * more + 0.002 * one * more);
        assert!(costs.law(n).abs_diff(law as u64) <= 1);
        check(
            "capacity",
            many(|seed| measure(Way::Nothing, n, &costs, 400 * u64::from(n), seed).throughput as f64),
            law,
        );
    }
    // Beyond √((1-α)/β) = 22 machines, one more makes it slower.
    let best = costs.best(MAX_SIZE as u32);
    assert!((21..=23).contains(&best), "{best}");
}

/// A lock under a share α of the work: a closed network of n machines and one lock, whose throughput mean value analysis
/// gives exactly. It lies between Amdahl's law and what the lock itself lets through.
#[test]
fn a_lock_is_contended_as_theory_says() {
    let costs = costs(100, 0);
    for n in [1_u32, 4, 10, 32] {
        let (think, lock) = (0.009, 0.001);
        let mut queue = 0.0;
        let mut throughput = 0.0;
        for customers in 1..=n {
            let residence = lock * (1.0 + queue);
            throughput = f64::from(customers) / (think + residence);
            queue = throughput * residence;
        }
        let amdahl = 100.0 * f64::from(n) / (1.0 + 0.1 * (f64::from(n) - 1.0));
        assert!(throughput >= amdahl - 1e-6 && throughput <= 1_000.0);
        check(
            "lock",
            many(|seed| measure(Way::Disk, n, &costs, 400 * u64::from(n) + 2_000, seed).throughput as f64),
            throughput,
        );
    }
}

/// M/M/1: the mean response time is 1/(mu - lambda), for a machine of power 4 and for each of four.
#[test]
fn response_times_follow_theory() {
    let costs = costs(0, 0);
    let mean = |way, rate| many(|seed| measure(way, 4, &costs, rate, seed).mean.as_micros() as f64 / 1e6);
    check("up", mean(Way::Up, 240), 1.0 / (400.0 - 240.0));
    check("shared nothing", mean(Way::Nothing, 240), 1.0 / (100.0 - 60.0));
    let p99 = |way, rate| many(|seed| measure(way, 4, &costs, rate, seed).p99.as_micros() as f64 / 1e6);
    check("p99 up", p99(Way::Up, 240), libm::log(100.0) / (400.0 - 240.0));
}

fn open(parameters: &[(&str, &str)]) -> Scaling {
    Scaling::open(&Parameters::new(PARAMETERS, parameters.iter().copied()).unwrap()).unwrap()
}

fn run_script(engine: &mut Scaling, script: &str) -> Vec<Outcome> {
    let statements = statements(script).unwrap();
    statements.iter().map(|each| engine.execute(&Scaling::parse(&mut Words::new(each)).unwrap(), &mut ())).collect()
}

#[test]
fn the_price_grows_faster_than_the_power() {
    assert_eq!([1, 2, 4, 16].map(system::price_of_power), [100, 282, 800, 6_400]);
    assert_eq!(system::price_of_machines(16), 1_600);
    assert_eq!((dollars(282), dollars(123_456)), ("$2.82".to_owned(), "$1,234.56".to_owned()));
}

#[test]
fn twice_the_load_is_more_than_twice_as_slow_and_more_machines_make_up_for_it() {
    let mut engine = open(&[("load", "150")]);
    run_script(&mut engine, "load 150/s");
    let before = engine.measured;
    run_script(&mut engine, "double");
    assert!(engine.measured[1].unwrap().p99 > before[1].unwrap().p99 + before[1].unwrap().p99);
    run_script(&mut engine, "keep");
    assert!(Way::ALL.iter().all(|way| engine.is_met(*way)), "{:?}", engine.measured);
    assert!(engine.sizes[1] > 4 && engine.sizes[1] <= 16, "{:?}", engine.sizes);
}

#[test]
fn beyond_the_law_no_number_of_machines_is_enough() {
    let mut engine = open(&[("load", "5000")]);
    run_script(&mut engine, "keep");
    assert_eq!(engine.sizes, [4, 4, 4], "all stay as they were");
    assert!(Way::ALL.iter().all(|way| !engine.is_met(*way)));
    assert!(engine.measured.iter().all(|measured| measured.unwrap().overloaded));
}

#[test]
fn too_many_machines_are_given_back() {
    let mut engine = open(&[("machines", "64"), ("load", "20")]);
    run_script(&mut engine, "keep");
    assert!(engine.sizes[1] <= 22 && engine.is_met(Way::Nothing), "{:?}", engine.sizes);
}

#[test]
fn one_failure_takes_all_or_a_part_or_nothing() {
    let mut engine = open(&[]);
    run_script(&mut engine, "fail");
    let [up, nothing, disk] = engine.measured.map(Option::unwrap);
    assert_eq!((up.served, up.failed), (0, 4_000));
    assert!((800..1_200).contains(&nothing.failed), "a quarter of the data: {}", nothing.failed);
    assert_eq!((disk.served, disk.failed), (4_000, 0));
    let mut alone = open(&[("machines", "1"), ("load", "10")]);
    run_script(&mut alone, "fail");
    assert!(alone.measured.iter().all(|measured| measured.unwrap().served == 0));
}

#[test]
fn no_load_and_far_too_much_run_truly() {
    let mut engine = open(&[("load", "0")]);
    run_script(&mut engine, "load 0/s; double; keep; fail");
    assert!(engine.measured.iter().all(|measured| measured.unwrap().served == 0));
    run_script(&mut engine, "load 100000/s");
    assert!(engine.measured.iter().all(|measured| measured.unwrap().overloaded && measured.unwrap().served == 4_000));
    let refused = run_script(&mut engine, "double");
    assert!(matches!(&refused[0], Outcome::Refused(reason) if reason.contains("100000/s")), "{refused:?}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut engine = open(&[]);
    assert_eq!(
        run_script(&mut engine, "power 17"),
        [Outcome::Refused("there is no machine of power 17; the largest has 16".to_owned())]
    );
    for script in ["load", "load 5", "load 100001/s", "machines 0", "machines 65", "power x", "double 2"] {
        assert!(Scaling::parse(&mut Words::new(&statements(script).unwrap()[0])).is_err(), "{script}");
    }
    let parameters = Parameters::new(PARAMETERS, [("power", "20")]).unwrap();
    assert!(Scaling::open(&parameters).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// No request is lost, whatever the system and the load.
    #[test]
    fn every_request_is_served_or_fails(
        way in prop::sample::select(&Way::ALL[..]),
        size in 1..=64_u32,
        rate in 1..20_000_u64,
        contention in 0..=1_000_u64,
        coherence in 0..=1_000_u64,
        failed in any::<bool>(),
    ) {
        let found = run::run(System { way, size, failed }, &costs(contention, coherence), Rate(rate), 500, rate);
        prop_assert_eq!(found.served + found.failed, 500);
        prop_assert!(failed || found.failed == 0);
        prop_assert!(found.median <= found.p99);
    }
}
