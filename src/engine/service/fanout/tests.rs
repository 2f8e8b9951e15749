use proptest::prelude::*;

use super::*;
use crate::form::Choice;
use crate::form::Parameters;
use crate::language::Words;
use crate::language::statements;

fn open(parameters: &[(&str, &str)]) -> Fanout {
    Fanout::open(&Parameters::new(Fanout::PARAMETERS, parameters.iter().copied()).unwrap()).unwrap()
}

fn run(engine: &mut Fanout, script: &str) -> Vec<Outcome> {
    let statements = statements(script).unwrap().into_iter().flat_map(|each| each.unfold().unwrap());
    statements.map(|each| engine.execute(&Fanout::parse(&mut Words::new(&each)).unwrap(), &mut ())).collect()
}

/// The timeline by its definition: the newest posts of those whom one follows.
fn timeline_by_definition(engine: &Fanout, reader: UserId) -> Vec<PostId> {
    let world = &engine.world;
    let seen = world.newest_first().filter(|post| world.follows.has(reader, world.post(*post).author));
    seen.take(world.page).collect()
}

fn assert_all_timelines(engine: &mut Fanout) {
    for user in (0..engine.settings.users).map(UserId) {
        let expected = timeline_by_definition(engine, user);
        assert_eq!(*engine.read_by_join(user).event.page, expected, "join on read, {user}");
        assert_eq!(*engine.read_mailbox(user).event.0, expected, "fan-out on write, {user}");
        assert_eq!(*engine.read_hybrid(user).event.page, expected, "hybrid, {user}");
    }
}

/// FACTS: 4,600 posts a second and 75 followers each are 345,000 timeline writes a second.
#[test]
fn seventy_five_followers_each_are_345_000_writes_a_second() {
    let mut engine = open(&[("users", "200"), ("follows", "75"), ("shape", "even"), ("limit", "75")]);
    run(&mut engine, "post 1..200 hello; timeline 1..200");
    assert_eq!(engine.tallies[Way::FanOut as usize].delivered, 200 * 75);
    assert_eq!(Way::ALL.map(|way| engine.writes_at_scale(way)), [Some(0), Some(345_000), Some(345_000)]);
    // Four rows of the mailbox, for each of 300,000 readers; the join looks at 75 follows and at least as many posts.
    assert_eq!(engine.reads_at_scale(Way::FanOut), Some(1_200_000));
    assert!(engine.reads_at_scale(Way::Join) >= Some(300_000 * 150));
}

#[test]
fn a_post_costs_its_followers_and_a_celebritys_one_row() {
    let mut engine = open(&[("users", "10"), ("follows", "1"), ("shape", "star"), ("limit", "8")]);
    run(&mut engine, "post u1 hello");
    assert_eq!(engine.tallies.map(|tally| tally.last), [Some(1), Some(10), Some(1)]);
    run(&mut engine, "timeline u2");
    // One follow and one post; one row of the mailbox; one look-up and one post.
    assert_eq!(engine.tallies.map(|tally| tally.last), [Some(2), Some(1), Some(2)]);
}

/// The hybrid touches no row, has no counter and knows no celebrity where it isn't compared.
#[test]
fn two_ways_leave_the_hybrid_out() {
    let mut engine = open(&[("ways", "two"), ("limit", "0")]);
    let outcomes =
        run(&mut engine, "post u1 hello; timeline u2; unfollow u2 u1; follow u2 u1; traffic 9 9; celebrity 1");
    let [.., Outcome::Refused(reason)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(reason.contains("only the hybrid has celebrities"), "{reason}");
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Refused(_))).count(), 1);
    let hybrid = &engine.tallies[Way::Hybrid as usize];
    assert_eq!((hybrid.delivered, hybrid.read, hybrid.upkeep, hybrid.last), (0, 0, 0, None));
    assert_eq!(engine.hybrid.mailboxes.rows(), 0);
    assert!(engine.counters().iter().all(|counter| !counter.name.starts_with("hybrid")));
    assert!((0..12).all(|user| !engine.is_celebrity(UserId(user))));
}

#[test]
fn a_million_followers_are_counted_row_by_row() {
    let mut engine = open(&[("users", "1000001"), ("follows", "1"), ("shape", "star"), ("limit", "10000")]);
    assert_eq!(engine.world.follows.follower_count(UserId(0)), 1_000_000);
    run(&mut engine, "post u1 hello; timeline u1000001");
    assert_eq!(engine.tallies[Way::FanOut as usize].delivered, 1_000_000);
    assert_eq!(engine.tallies[Way::Hybrid as usize].delivered, 0);
    assert_eq!(*engine.read_mailbox(UserId(777_777)).event.0, [PostId(0)]);
    run(&mut engine, "post u1 2; post u1 3; post u1 4");
    let outcomes = run(&mut engine, "post u1 5");
    assert!(matches!(&outcomes[0], Outcome::Refused(reason) if reason.contains("4,000,000")), "{outcomes:?}");
    assert_eq!(engine.posts(), 4);
}

#[test]
fn too_many_pairs_are_refused_with_the_limit() {
    let parameters = Parameters::new(Fanout::PARAMETERS, [("users", "1000000"), ("follows", "3")]).unwrap();
    let Err(mistake) = Fanout::open(&parameters) else { panic!("it opened") };
    assert!(mistake.to_string().contains("at most 2 with 1000000 users"), "{mistake}");
}

#[test]
fn no_users_to_follow_and_no_load_are_no_mistakes() {
    let mut engine = open(&[("users", "1"), ("posts", "0"), ("timelines", "0")]);
    assert_eq!(engine.writes_at_scale(Way::FanOut), None);
    let outcomes = run(&mut engine, "traffic 0 0; post u1 alone; timeline u1; traffic 3 3");
    assert_eq!(outcomes[2], Outcome::Entries(vec![]));
    assert_eq!(engine.writes_at_scale(Way::FanOut), Some(0));
    let mut engine = open(&[("follows", "0")]);
    run(&mut engine, "traffic 20 20");
    assert_eq!(engine.tallies.map(|tally| tally.delivered + tally.read), [0; 3]);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut engine = open(&[]);
    let before = engine.state();
    for (script, reason) in [
        ("post u13 x", "there is no user u13; users are u1 to u12"),
        ("follow u2 u2", "u2 is one user, and following takes two"),
        ("timeline u1000000", "there is no user u1000000; users are u1 to u12"),
    ] {
        assert_eq!(run(&mut engine, script), [Outcome::Refused(reason.to_owned())]);
    }
    assert_eq!(engine.state(), before);
    for script in ["post u0 x", "post bob x", "celebrity -1", "followers round", "traffic 1001 0", "timeline"] {
        let statement = statements(script).unwrap().remove(0);
        assert!(Fanout::parse(&mut Words::new(&statement)).is_err(), "{script}");
    }
}

#[test]
fn crowds_have_the_shape_that_they_are_asked_for() {
    let counts = |shape: &str| -> Vec<u32> {
        let engine = open(&[("users", "1000"), ("follows", "20"), ("shape", shape)]);
        (0..1000).map(|user| engine.world.follows.follower_count(UserId(user))).collect()
    };
    assert!(counts("even").iter().all(|count| *count == 20));
    let skewed = counts("skewed");
    assert_eq!(skewed.iter().sum::<u32>(), 20_000);
    assert!(skewed[0] > 900 && skewed[999] < 20, "{} and {}", skewed[0], skewed[999]);
    assert_eq!(counts("star")[0], 999);
}

fn script() -> impl Strategy<Value = String> {
    let user = || 1..=9_u32;
    let act = prop_oneof![
        6 => user().prop_map(|user| format!("post {user} x")),
        3 => (user(), user()).prop_map(|(a, b)| format!("follow {a} {b}")),
        3 => (user(), user()).prop_map(|(a, b)| format!("unfollow {a} {b}")),
        1 => (0..9_u32).prop_map(|limit| format!("celebrity {limit}")),
        1 => (0..9_u32, 0..9_u32).prop_map(|(posts, timelines)| format!("traffic {posts} {timelines}")),
    ];
    prop::collection::vec(act, 0..60).prop_map(|acts| acts.join(";"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// All three ways give the same timeline, and the right one, whatever was posted, followed and left out.
    #[test]
    fn all_three_ways_show_the_same_timeline(
        script in script(),
        shape in prop::sample::select(Shape::NAMES),
        follows in 0..9_u32,
        page in 1..6_u32,
        seed in any::<u64>(),
    ) {
        let (follows, page, seed) = (follows.to_string(), page.to_string(), seed.to_string());
        let mut engine =
            open(&[("users", "9"), ("shape", shape), ("follows", &follows), ("page", &page), ("seed", &seed)]);
        run(&mut engine, &script);
        assert_all_timelines(&mut engine);
    }

    /// The table of follows and its changes say the same from both sides.
    #[test]
    fn follows_agree_with_followers(script in script(), shape in prop::sample::select(Shape::NAMES), seed in any::<u64>()) {
        let mut engine = open(&[("users", "9"), ("shape", shape), ("seed", &seed.to_string())]);
        run(&mut engine, &script);
        let follows = &engine.world.follows;
        let mut pairs = 0;
        for user in (0..9).map(UserId) {
            let mut followers = 0;
            follows.each_follower(user, &mut |follower| {
                assert!(follows.has(follower, user));
                followers += 1;
            });
            assert_eq!(followers, follows.follower_count(user));
            follows.each_followee(user, &mut |followee| assert!(follows.has(user, followee)));
            pairs += u64::from(followers);
        }
        assert_eq!(pairs, follows.pairs());
    }
}
