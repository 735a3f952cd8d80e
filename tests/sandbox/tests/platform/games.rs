//! Games: the platform draws, once for each right and each key.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{ANNA, App, BORIS, CLARA, Fresh, fresh, start};

const WHEEL: &str = "/app/v1/games/wheel/play";

async fn plays(app: &App, which: usize) -> Value {
    app.get("/app/v1/games").await.ok()[which]["plays"].clone()
}

/// The bytes of an answer.
async fn play(app: &App, path: &str, key: Uuid) -> (StatusCode, String) {
    let request = app.request(Method::POST, path).header("Idempotency-Key", key.to_string());
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_same_key_gets_the_same_bytes_for_ever() {
    let Fresh { sandbox, folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    assert_eq!(plays(&app, 0).await, 1);
    let key = Uuid::from_u128(7);
    let (status, first) = play(&app, WHEEL, key).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let won: Value = serde_json::from_str(&first).unwrap();
    let points = won["reward"]["points"]["amount"].as_i64().unwrap_or(0);
    assert_eq!(app.points().await, points);
    assert_eq!(plays(&app, 0).await, 0);
    assert_eq!(play(&app, WHEEL, key).await.1, first);
    drop(sandbox);
    let sandbox = start(&folder).await;
    let app = App { url: sandbox.url().to_owned(), ..app };
    assert_eq!(play(&app, WHEEL, key).await.1, first);
    assert_eq!(app.points().await, points, "paid once");
    // The draw is of seed and key alone.
    let other = fresh().await;
    let app = App::signed_in(&other.sandbox, ANNA).await;
    assert_eq!(play(&app, WHEEL, key).await.1, first);
}

#[tokio::test]
async fn without_a_right_nothing_is_drawn() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let none = app.keyed("/app/v1/games/scratch/play", Uuid::new_v4(), Value::Null).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(none.body["type"].as_str().unwrap().ends_with("/no-plays-left"), "{}", none.body);
    sandbox.grant_plays(3, "scratch", 2).await.unwrap();
    assert_eq!(plays(&app, 1).await, 2);
    let key = Uuid::new_v4();
    let card = app.keyed("/app/v1/games/scratch/play", key, Value::Null).await.ok();
    assert_eq!(card["sector"], Value::Null);
    assert!(card["outcome"].is_string() && card["reward"].is_object());
    // The key belongs to that game.
    assert_eq!(app.keyed(WHEEL, key, Value::Null).await.status, StatusCode::CONFLICT);
    assert_eq!(plays(&app, 0).await, 1);
    assert_eq!(app.keyed("/app/v1/games/poker/play", key, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.post(WHEEL, json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no key");
    assert!(sandbox.grant_plays(3, "poker", 1).await.is_err());
    assert!(sandbox.grant_plays(99, "wheel", 1).await.is_err());
}

#[tokio::test]
async fn a_right_may_lapse() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let until = json!({ "game": "scratch", "until": "2031-05-04T12:05:00Z" });
    let games = app.post("/sandbox/members/3/plays", until).await.ok();
    assert_eq!((&games[1]["plays"], &games[1]["until"]), (&json!(1), &json!("2031-05-04T12:05:00Z")));
    sandbox.advance(std::time::Duration::from_mins(6)).await.unwrap();
    assert_eq!(plays(&app, 1).await, 0);
    let late = app.keyed("/app/v1/games/scratch/play", Uuid::new_v4(), Value::Null).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn of_two_plays_with_one_right_one_wins() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, BORIS).await;
    let (one, two) = tokio::join!(play(&app, WHEEL, Uuid::new_v4()), play(&app, WHEEL, Uuid::new_v4()));
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    // One key at once is one play.
    sandbox.grant_plays(2, "wheel", 3).await.unwrap();
    let key = Uuid::new_v4();
    let (one, two) = tokio::join!(play(&app, WHEEL, key), play(&app, WHEEL, key));
    assert_eq!(one, two);
    assert_eq!(plays(&app, 0).await, 2);
}

#[tokio::test]
async fn games_are_for_members_and_where_they_are_served() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    assert_eq!(plays(&app, 0).await, 0);
    assert_eq!(app.keyed(WHEEL, Uuid::new_v4(), Value::Null).await.status, StatusCode::CONFLICT);
    let mut settings = sandbox.settings();
    settings.features.retain(|feature| feature != "games");
    sandbox.set(settings).await.unwrap();
    assert_eq!(app.get("/app/v1/games").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.keyed(WHEEL, Uuid::new_v4(), Value::Null).await.status, StatusCode::NOT_FOUND);
}
