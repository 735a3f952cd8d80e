//! The page at `GET /`: what this server is, for a person with a browser.

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use rusqlite::Connection;
use serde_json::Value;

use crate::control;
use crate::platform::App;
use crate::problem::Problem;
use crate::refusal::Outcome;
use crate::stores;

const PAGE: &str = include_str!("help.html");

/// The route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/", get(page))
}

async fn page(State(app): State<App>) -> Result<Html<String>, Problem> {
    let (members, free, stores) =
        app.read(|tx, now| Ok((control::summaries(tx, now)?, free_cards(tx)?, stores::summary(tx)?))).await?;
    let members: String = members.iter().map(row).collect();
    let page = PAGE
        .replace("{{url}}", &escape(&app.url))
        .replace("{{now}}", &app.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .replace("{{members}}", &members)
        .replace("{{free_cards}}", &free)
        .replace("{{stores}}", &stores);
    Ok(Html(page))
}

fn row(member: &Value) -> String {
    let text = |name: &str| escape(member[name].as_str().unwrap_or("–"));
    let cards: Vec<String> = member["cards"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|card| {
            let blocked = if card["block"] == true { " (blocked)" } else { "" };
            let text = |name: &str| escape(card[name].as_str().unwrap_or_default());
            format!("<code>{}</code> <code>{}</code>{blocked}", text("number"), text("barCode"))
        })
        .collect();
    format!(
        "<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        text("firstName"),
        text("phone"),
        if member["hasPassword"] == true { "code or password" } else { "code" },
        text("tier"),
        member["spendable"],
        cards.join("<br>"),
    )
}

fn free_cards(tx: &Connection) -> Outcome<String> {
    let cards: Vec<String> = tx
        .prepare_cached("SELECT number, pin FROM card WHERE member IS NULL ORDER BY id LIMIT 20")?
        .query_map([], |row| {
            let (number, pin): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            let pin = pin.map(|pin| format!(" (PIN {})", escape(&pin))).unwrap_or_default();
            Ok(format!("<code>{}</code>{pin}", escape(&number)))
        })?
        .collect::<Result<_, _>>()?;
    Ok(if cards.is_empty() { "none left".to_owned() } else { cards.join(", ") })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_not_markup() {
        assert_eq!(escape("<b>\"A & B\"</b>"), "&lt;b&gt;&quot;A &amp; B&quot;&lt;/b&gt;");
    }
}
