//! Checks real traffic, in both directions, against `core/platform-api.yaml`.
//!
//! Requests must be of an operation of the contract, with its parameters and body. Answers are held to more than the contract
//! asks of a platform: the sandbox is ours, so a key that the contract does not name is a mistake in one of the two.

use std::collections::BTreeSet;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::extract::form;
use crate::recorder::Exchange;

const YAML: &str = include_str!("../../../core/platform-api.yaml");
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The contract, ready to check with.
#[derive(Debug)]
pub struct Contract {
    operations: Vec<Operation>,
}

#[derive(Debug)]
struct Operation {
    id: String,
    method: String,
    path: Vec<String>,
    parameters: Vec<Parameter>,
    body_required: bool,
    bodies: Vec<(String, Validator)>,
    answers: Vec<Answer>,
}

#[derive(Debug)]
struct Parameter {
    name: String,
    within: String,
    required: bool,
    /// A list with commas between.
    list: bool,
    numeric: bool,
    schema: Validator,
}

#[derive(Debug)]
struct Answer {
    /// `200`, or `default`.
    status: String,
    bodies: Vec<(String, Validator)>,
}

/// Why the contract cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// It is no YAML.
    #[error("platform-api.yaml: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// A schema in it is none, or points nowhere.
    #[error("platform-api.yaml: {0}")]
    Schema(String),
}

impl Contract {
    /// Reads the contract.
    ///
    /// # Errors
    /// When it is no description of an API that holds together.
    pub fn load() -> Result<Self, ContractError> {
        let mut document: Value = serde_yaml_ng::from_str(YAML)?;
        let requests = document["components"].clone();
        close(&mut document["components"]["schemas"]);
        close(&mut document["components"]["responses"]);
        let mut operations = Vec::new();
        for (path, item) in object(&document["paths"]) {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let mut operation = operation.clone();
                close(&mut operation["responses"]);
                let read = Reader { document: &document, requests: &requests };
                operations.push(read.operation(path, method, &operation)?);
            }
        }
        Ok(Self { operations })
    }

    /// All operations, by their ids.
    pub fn operations(&self) -> BTreeSet<&str> {
        self.operations.iter().map(|operation| operation.id.as_str()).collect()
    }

    /// Checks a call and its answer. Gives the operation's id.
    ///
    /// # Errors
    /// What is wrong, a line each.
    pub fn check(&self, exchange: &Exchange) -> Result<&str, Vec<String>> {
        let operation = self.operation(exchange)?;
        let mut problems = operation.request(exchange);
        problems.extend(operation.answer(exchange));
        if problems.is_empty() { Ok(&operation.id) } else { Err(problems) }
    }

    /// Checks the answer alone, for calls that are wrong on purpose. Gives the operation's id.
    ///
    /// # Errors
    /// What is wrong, a line each.
    pub fn check_answer(&self, exchange: &Exchange) -> Result<&str, Vec<String>> {
        let operation = self.operation(exchange)?;
        let problems = operation.answer(exchange);
        if problems.is_empty() { Ok(&operation.id) } else { Err(problems) }
    }

    fn operation(&self, exchange: &Exchange) -> Result<&Operation, Vec<String>> {
        let of_path = |operation: &&Operation| operation.path_parameters(&exchange.path).is_some();
        self.operations
            .iter()
            .filter(|operation| operation.method.eq_ignore_ascii_case(&exchange.method))
            .find(of_path)
            .ok_or_else(|| vec![format!("{} {}: no such operation", exchange.method, exchange.path)])
    }
}

impl Operation {
    /// What stands in the path in place of its parameters, if this is the operation's path.
    fn path_parameters<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        let given: Vec<&str> = path.split('/').collect();
        if given.len() != self.path.len() {
            return None;
        }
        let mut found = Vec::new();
        for (wanted, given) in self.path.iter().zip(given) {
            match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !given.is_empty() => found.push((name, given)),
                None if wanted == given => {}
                _ => return None,
            }
        }
        Some(found)
    }

    fn request(&self, exchange: &Exchange) -> Vec<String> {
        let mut problems = Vec::new();
        let mut say = |problem: String| problems.push(format!("{}: request: {problem}", self.id));
        for (name, value) in self.path_parameters(&exchange.path).unwrap_or_default() {
            self.parameter("path", name, value, &mut say);
        }
        let query = form(exchange.query.as_bytes());
        for (name, value) in &query {
            self.parameter("query", name, value, &mut say);
        }
        for parameter in self.parameters.iter().filter(|parameter| parameter.required) {
            let given = match parameter.within.as_str() {
                "query" => query.contains_key(&parameter.name),
                "header" => exchange.request_headers.iter().any(|name| name.eq_ignore_ascii_case(&parameter.name)),
                _ => true,
            };
            if !given {
                say(format!("{} {} is missing", parameter.within, parameter.name));
            }
        }
        if exchange.request_body.is_empty() {
            if self.body_required {
                say("the body is missing".to_owned());
            }
            return problems;
        }
        let media_type = exchange.request_type.as_deref().unwrap_or("nothing");
        match self.bodies.iter().find(|(known, _)| known == media_type) {
            None => say(format!("no body of type {media_type} is expected")),
            Some((_, schema)) => match body(media_type, &exchange.request_body) {
                Ok(body) => complaints(schema, &body).into_iter().for_each(say),
                Err(problem) => say(problem),
            },
        }
        problems
    }

    fn parameter(&self, within: &str, name: &str, value: &str, say: &mut impl FnMut(String)) {
        match self.parameters.iter().find(|parameter| parameter.within == within && parameter.name == name) {
            None => say(format!("{within} parameter {name} is not of the contract")),
            Some(parameter) => {
                let read = |value: &str| match value.parse::<i64>() {
                    Ok(number) if parameter.numeric => json!(number),
                    _ => json!(value),
                };
                let value = if parameter.list { value.split(',').map(read).collect() } else { read(value) };
                for problem in complaints(&parameter.schema, &value) {
                    say(format!("{within} parameter {name}: {problem}"));
                }
            }
        }
    }

    fn answer(&self, exchange: &Exchange) -> Vec<String> {
        let tell = |problem: String| format!("{}: answer {}: {problem}", self.id, exchange.status);
        let status = exchange.status.to_string();
        let of_status = |wanted: &str| self.answers.iter().find(|answer| answer.status == wanted);
        let Some(answer) = of_status(&status).or_else(|| of_status("default")) else {
            return vec![tell("this status is not of the contract".to_owned())];
        };
        if answer.bodies.is_empty() {
            let clean = exchange.response_body.is_empty();
            return if clean { Vec::new() } else { vec![tell("no body is expected".to_owned())] };
        }
        let media_type = exchange.response_type.as_deref().unwrap_or("nothing");
        let Some((_, schema)) = answer.bodies.iter().find(|(known, _)| known == media_type) else {
            return vec![tell(format!("a body of type {media_type} is not of the contract"))];
        };
        match body(media_type, &exchange.response_body) {
            Ok(body) => complaints(schema, &body).into_iter().map(tell).collect(),
            Err(problem) => vec![tell(problem)],
        }
    }
}

/// Reads operations out of the document.
struct Reader<'d> {
    document: &'d Value,
    /// The components as they stand, for requests; in the document they are closed, for answers.
    requests: &'d Value,
}

impl Reader<'_> {
    fn operation(&self, path: &str, method: &str, operation: &Value) -> Result<Operation, ContractError> {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let mut parameters = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = self.resolve(parameter)?;
            let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
            parameters.push(Parameter {
                name: text("name"),
                within: text("in"),
                required: parameter["required"] == true,
                list: parameter["schema"]["type"] == "array",
                numeric: [&parameter["schema"]["type"], &parameter["schema"]["items"]["type"]]
                    .into_iter()
                    .any(|kind| kind == "integer"),
                schema: validator(&parameter["schema"], self.requests)?,
            });
        }
        let mut answers = Vec::new();
        for (status, answer) in object(&operation["responses"]) {
            let answer = self.resolve(answer)?;
            let bodies = bodies(&answer["content"], &self.document["components"])?;
            answers.push(Answer { status: status.clone(), bodies });
        }
        Ok(Operation {
            id,
            method: method.to_owned(),
            path: path.split('/').map(str::to_owned).collect(),
            parameters,
            body_required: operation["requestBody"]["required"] == true,
            bodies: bodies(&operation["requestBody"]["content"], self.requests)?,
            answers,
        })
    }

    fn resolve<'v>(&'v self, value: &'v Value) -> Result<&'v Value, ContractError> {
        match value["$ref"].as_str() {
            None => Ok(value),
            Some(reference) => reference
                .strip_prefix('#')
                .and_then(|pointer| self.document.pointer(pointer))
                .ok_or_else(|| ContractError::Schema(format!("{reference} points nowhere"))),
        }
    }
}

/// Makes every object that names its properties refuse others, but for `$type`.
fn close(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                properties.insert("$type".to_owned(), json!({ "type": "string" }));
                schema.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            schema.values_mut().for_each(close);
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}

fn bodies(content: &Value, components: &Value) -> Result<Vec<(String, Validator)>, ContractError> {
    object(content).map(|(kind, body)| Ok((kind.clone(), validator(&body["schema"], components)?))).collect()
}

/// A validator of `schema`, whose references go to `#/components`.
fn validator(schema: &Value, components: &Value) -> Result<Validator, ContractError> {
    let whole = json!({ "allOf": [schema], "components": { "schemas": components["schemas"] } });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .map_err(|error| ContractError::Schema(error.to_string()))
}

fn complaints(schema: &Validator, value: &Value) -> Vec<String> {
    schema
        .iter_errors(value)
        .map(|error| {
            let text: String = error.to_string().chars().take(600).collect();
            format!("{}: {text}", error.instance_path())
        })
        .collect()
}

fn body(media_type: &str, bytes: &[u8]) -> Result<Value, String> {
    if media_type == "application/x-www-form-urlencoded" {
        return Ok(Value::Object(form(bytes).into_iter().map(|(name, value)| (name, Value::String(value))).collect()));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    fn exchange(path: &str, status: u16, answer: &str) -> Exchange {
        Exchange {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: String::new(),
            request_headers: Vec::new(),
            request_type: None,
            request_body: Bytes::new(),
            status,
            response_headers: Vec::new(),
            response_type: Some("application/json".to_owned()),
            response_body: Bytes::copy_from_slice(answer.as_bytes()),
        }
    }

    #[test]
    fn it_tells_right_from_wrong() {
        let contract = Contract::load().unwrap();
        let path = "/publicapi/v1.2/Cards/7/QrCode";
        let answer = |data: &str| format!(r#"{{"data":{data},"result":{{"state":"Success"}}}}"#);
        let good = r#"{"codeGeneratedDate":"2026-01-31T12:00:00.0000000","code":"1QR2","lifeTime":300}"#;
        assert_eq!(contract.check(&exchange(path, 200, &answer(good))), Ok("issuedCode"));
        let wrong = [
            good.replace("300", "\"300\""),
            good.replace("2026-01-31T", "31.1.2026 "),
            good.replace("lifeTime", "lifetime"),
            good.replace('{', "{\"more\":1,"),
        ];
        for wrong in wrong {
            assert!(contract.check(&exchange(path, 200, &answer(&wrong))).is_err(), "{wrong}");
        }
        assert!(contract.check(&exchange(path, 418, "{}")).is_err());
        assert!(contract.check(&exchange("/publicapi/v1.2/Cards/x/QrCode", 200, &answer(good))).is_err());
        assert!(contract.check(&exchange("/publicapi/v1.2/Nothing", 200, "{}")).is_err());
    }
}
