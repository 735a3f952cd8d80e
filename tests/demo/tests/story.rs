//! The story of `cargo demo --script` holds.

use pocketcard_demo::script::play;

#[tokio::test(flavor = "multi_thread")]
async fn every_step_holds() {
    let mut told = String::new();
    let report = play(|line| told.extend([line, "\n"])).await.expect("the stage is set up");
    assert_eq!(report.failed(), 0, "{told}");
    assert!(report.steps.len() > 20, "{told}");
}
