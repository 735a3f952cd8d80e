//! The chain that the code makes: up to a hundred thousand stores around real cities, the same for the same seed.
//!
//! A store depends on the seed and its number alone, so a small chain is the beginning of a large one. The first three are always
//! the same; then each city gets one, so that a small chain has all that a large one has; the rest go where people live.
//! Cities are facts, with their source in `cities.tsv`; streets, hours and holidays are made up after what is usual there.

use std::f64::consts::TAU;
use std::sync::LazyLock;

use fastrand::Rng;
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use uuid::Builder;

use super::{Attribute, City as Place, Exception, Interval, Location, Store, Week};
use crate::refusal::{Outcome, invalid};
use crate::wire::{base16, fingerprint};

/// The brand of all stores.
pub(crate) const BRAND: &str = "5c1f7d0e-0000-4000-8000-000000000001";

/// The bounds of [`crate::Options::stores`].
const FEWEST: u64 = 3;
const MOST: u64 = 100_000;

/// Of these numbers, one is of a store whose place is not known, and one of a store that is closed for good.
const NOT_LOCATED: (i64, i64) = (97, 50);
const ARCHIVED: (i64, i64) = (89, 60);

/// One degree of latitude, in kilometres.
const DEGREE: f64 = 111.2;

/// A city of `cities.tsv`.
#[derive(Debug)]
struct City {
    number: i64,
    title: &'static str,
    country: &'static str,
    latitude: f64,
    longitude: f64,
    people: u64,
    zone: &'static str,
}

struct Cities {
    list: Vec<City>,
    /// How many people live in the cities up to each, itself included.
    people: Vec<u64>,
}

/// A line that cannot be read is no city; a test sees that there is none.
static CITIES: LazyLock<Cities> = LazyLock::new(|| {
    let lines = include_str!("cities.tsv").lines().filter(|line| !line.starts_with('#'));
    let list: Vec<City> = (1..).zip(lines).filter_map(|(number, line)| city(number, line)).collect();
    let people = list.iter().scan(0, |sum, city| {
        *sum += city.people;
        Some(*sum)
    });
    Cities { people: people.collect(), list }
});

fn city(number: i64, line: &'static str) -> Option<City> {
    let mut fields = line.split('\t');
    Some(City {
        number,
        title: fields.next()?,
        country: fields.next()?,
        latitude: fields.next()?.parse().ok()?,
        longitude: fields.next()?.parse().ok()?,
        people: fields.next()?.parse().ok()?,
        zone: fields.next()?,
    })
}

/// The formats, and how many of a hundred stores have each.
const FORMATS: [(Format, u32); 5] = [
    (Format::Hypermarket, 9),
    (Format::Supermarket, 42),
    (Format::Convenience, 29),
    (Format::Discounter, 12),
    (Format::FuelStation, 8),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Hypermarket,
    Supermarket,
    Convenience,
    Discounter,
    FuelStation,
}

impl Format {
    /// As the attribute has it.
    fn name(self) -> &'static str {
        match self {
            Self::Hypermarket => "Hypermarket",
            Self::Supermarket => "Supermarket",
            Self::Convenience => "Convenience",
            Self::Discounter => "Discounter",
            Self::FuelStation => "FuelStation",
        }
    }

    /// As it stands over the door.
    fn sign(self, cyrillic: bool) -> &'static str {
        match (self, cyrillic) {
            (Self::Hypermarket, false) => "Pocket Hypermarket",
            (Self::Supermarket, false) => "Pocket Market",
            (Self::Convenience, false) => "Pocket Express",
            (Self::Discounter, false) => "Pocket Discount",
            (Self::FuelStation, false) => "Pocket Fuel",
            (Self::Hypermarket, true) => "Покет Гипермаркет",
            (Self::Supermarket, true) => "Покет Маркет",
            (Self::Convenience, true) => "Покет Экспресс",
            (Self::Discounter, true) => "Покет Дисконт",
            (Self::FuelStation, true) => "Покет АЗС",
        }
    }
}

/// A chain of so many stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    seed: u64,
    count: i64,
}

impl Chain {
    /// The chain of this seed.
    pub(crate) fn new(seed: u64, count: u64) -> Self {
        Self { seed, count: i64::try_from(count.clamp(FEWEST, MOST)).unwrap_or(0) }
    }

    /// Lets a number of stores through that a chain can have.
    pub(crate) fn check(count: u64) -> Outcome<()> {
        if (FEWEST..=MOST).contains(&count) { Ok(()) } else { Err(invalid("stores", format!("{FEWEST} to {MOST}"))) }
    }

    /// How many stores it has.
    pub(super) fn count(&self) -> i64 {
        self.count
    }

    /// How many cities there are.
    pub(super) fn cities(&self) -> usize {
        CITIES.list.len().min(usize::try_from(self.count).unwrap_or(0))
    }

    /// What tells it from other chains.
    pub(super) fn print(&self) -> String {
        base16(&fingerprint(&format!("{} {}", self.seed, self.count))[..4])
    }

    /// The store of this number.
    pub(super) fn store(&self, number: i64) -> Option<Store> {
        if !(1..=self.count).contains(&number) {
            return None;
        }
        match number {
            1 => Some(self.known(1, 1, Format::Supermarket, "Alexanderplatz", (52.5219, 13.4132))),
            2 => Some(self.known(2, 1, Format::Hypermarket, "Schönefeld", (52.3906, 13.5157))),
            3 => Some(self.known(3, 2, Format::Supermarket, "Marienplatz", (48.1374, 11.5755))),
            _ => {
                let mut rng = self.dice(number);
                let city = city_of(number, &mut rng)?;
                let format = format(&mut rng);
                let place = around(city, &mut rng);
                let mut store = furnished(number, city, format, place, &mut rng);
                if number % NOT_LOCATED.0 == NOT_LOCATED.1 {
                    (store.location.latitude, store.location.longitude) = (0.0, 0.0);
                }
                store.is_archived = number % ARCHIVED.0 == ARCHIVED.1;
                Some(store)
            }
        }
    }

    /// A store that opens at this place.
    pub(super) fn opened(&self, number: i64, latitude: f64, longitude: f64) -> Store {
        let mut rng = self.dice(number);
        // By the angle between the two places: good enough for the nearest of a few dozen cities, right over the dateline, too.
        let near = |city: &&City| {
            let (a, b) = (city.latitude.to_radians(), latitude.to_radians());
            a.sin() * b.sin() + a.cos() * b.cos() * (city.longitude - longitude).to_radians().cos()
        };
        let nearest = CITIES.list.iter().max_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or(&NOWHERE);
        furnished(number, nearest, Format::Supermarket, (latitude, longitude), &mut rng)
    }

    /// One of the stores that tests and pages know by number.
    fn known(&self, number: i64, city: usize, format: Format, street: &'static str, place: (f64, f64)) -> Store {
        let mut rng = self.dice(number);
        let city = CITIES.list.get(city - 1).unwrap_or(&NOWHERE);
        let mut store = furnished(number, city, format, place, &mut rng);
        store.title = format!("{}, {street}", format.sign(false));
        store.location.street = Some(street.into());
        store.schedule_model = Some(hours(city, format, &Habits::default()));
        store.till_symbology = None;
        store
    }

    /// Neighbours in number must not be alike: the bits of the number are spread by the golden ratio first.
    fn dice(&self, number: i64) -> Rng {
        Rng::with_seed(self.seed.rotate_left(32) ^ number.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// After the first three, each city has one; then a city is as likely as its people are many.
fn city_of(number: i64, rng: &mut Rng) -> Option<&'static City> {
    let Cities { list, people } = &*CITIES;
    if let Some(city) = usize::try_from(number - 4).ok().and_then(|nth| list.get(nth)) {
        return Some(city);
    }
    let one = rng.u64(0..*people.last()?);
    list.get(people.partition_point(|sum| *sum <= one))
}

/// The days of this year on which a store's hours differ, and the first one of the next.
pub(super) fn exceptions(store: &Store, year: i16) -> Vec<Exception> {
    if store.has_format(Format::FuelStation) {
        return Vec::new();
    }
    let number = store.location.city.id;
    let country = CITIES.list.iter().find(|city| city.number == number).map_or("", |city| city.country);
    holidays(country, store.has_format(Format::Hypermarket), year)
}

impl Store {
    fn has_format(&self, format: Format) -> bool {
        self.additional_info
            .iter()
            .any(|attribute| attribute.name == "CustomTradeFormat" && attribute.value.as_str() == Some(format.name()))
    }
}

/// Where there is no city.
const NOWHERE: City =
    City { number: 0, title: "Nowhere", country: "", latitude: 0.0, longitude: 0.0, people: 0, zone: "UTC" };

/// A place near the city's middle: dense there, thinner outside, and wider in larger cities.
fn around(city: &City, rng: &mut Rng) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts people that exactly")]
    let spread = 0.8 + (city.people as f64).sqrt() / 400.0;
    let (far, way) = (spread * (-2.0 * (1.0 - rng.f64()).ln()).sqrt(), rng.f64() * TAU);
    let latitude = (city.latitude + far * way.cos() / DEGREE).clamp(-90.0, 90.0);
    let longitude = city.longitude + far * way.sin() / (DEGREE * city.latitude.to_radians().cos());
    (metres(latitude), metres((longitude + 180.0).rem_euclid(360.0) - 180.0))
}

/// Degrees, to a metre or so.
fn metres(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

fn format(rng: &mut Rng) -> Format {
    let mut ticket = rng.u32(0..100);
    for (format, share) in FORMATS {
        if ticket < share {
            return format;
        }
        ticket -= share;
    }
    Format::Supermarket
}

/// A store with all that does not come of its number.
fn furnished(number: i64, city: &City, format: Format, (latitude, longitude): (f64, f64), rng: &mut Rng) -> Store {
    let cyrillic = matches!(city.country, "RU" | "UA" | "BG" | "KZ");
    let streets = streets(city.country);
    let street = streets[rng.usize(0..streets.len())];
    let house = rng.u32(1..200);
    let house =
        if rng.u32(0..8) == 0 { format!("{house}{}", if cyrillic { "а" } else { "a" }) } else { house.to_string() };
    let building = (cyrillic && rng.u32(0..6) == 0).then(|| rng.u32(1..6).to_string());
    let habits = Habits::of(rng);
    let symbology = ["QR_CODE", "AZTEC", "PDF_417", "CODE_128", "EAN_13"];
    Store {
        id: number,
        uid: Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string(),
        title: format!("{}, {street}", format.sign(cyrillic)),
        brand_id: BRAND.into(),
        description: (rng.u32(0..20) == 0).then(|| "Entrance from the yard.".to_owned()),
        schedule_model: (rng.u32(0..100) != 0).then(|| hours(city, format, &habits)),
        is_archived: false,
        contacts: (rng.u32(0..4) == 0).then(|| format!("store-{number}@pocket.example")),
        additional_info: attributes(format, rng),
        time_zone: city.zone.into(),
        exceptions: None,
        till_symbology: (rng.u32(0..5) == 0).then(|| symbology[rng.usize(0..symbology.len())].into()),
        location: Location {
            id: number,
            description: None,
            latitude,
            longitude,
            city: Place {
                id: city.number,
                name: city.title.into(),
                prefix: (city.country == "RU").then_some("г.".into()),
            },
            street: Some(street.into()),
            house: Some(house),
            building,
            office: None,
        },
    }
}

/// What a store has. Values are of all types that a platform sends.
fn attributes(format: Format, rng: &mut Rng) -> Vec<Attribute> {
    let large = matches!(format, Format::Hypermarket | Format::Supermarket);
    let mut one_in = |of: u32| rng.u32(0..of) == 0;
    let mut found: Vec<(&'static str, Value)> = vec![("CustomTradeFormat", format.name().into())];
    if one_in(if large { 3 } else { 8 }) {
        found.push(("CoffeeShop", true.into()));
    }
    if format == Format::Hypermarket || one_in(4) {
        found.push(("Parking", (if format == Format::Hypermarket { 400 } else { 20 }).into()));
    }
    if one_in(6) {
        found.push(("Pharmacy", "Yes".into()));
    }
    if one_in(3) {
        found.push(("Pickup", if one_in(2) { json!(["desk"]) } else { json!(["desk", "locker"]) }));
    }
    if one_in(12) {
        found.push(("ChargingPoints", json!({ "ac": 4, "dc": 2 })));
    }
    if one_in(15) {
        found.push(("Rating", json!(4.5)));
    }
    if one_in(25) {
        found.push(("Renovated", Value::Null));
    }
    found.into_iter().map(|(name, value)| Attribute { name: name.into(), value }).collect()
}

/// What differs between stores of one kind.
#[derive(Default)]
struct Habits {
    round_the_clock: bool,
    late: bool,
    /// Days without hours are an empty list and not null.
    empty_days: bool,
}

impl Habits {
    fn of(rng: &mut Rng) -> Self {
        Self { round_the_clock: rng.u32(0..4) == 0, late: rng.u32(0..3) == 0, empty_days: rng.bool() }
    }
}

fn interval((from, to): (&'static str, &'static str)) -> Interval {
    Interval { from: from.into(), to: to.into() }
}

/// The week of a store, after what is usual where it is.
fn hours(city: &City, format: Format, habits: &Habits) -> Week {
    type Hours = &'static [(&'static str, &'static str)];
    let no_sundays = matches!(city.country, "DE" | "AT" | "CH" | "PL" | "NO" | "SJ" | "TO" | "WS");
    let breaks = matches!(city.country, "ES" | "IT" | "GR" | "PT" | "AR");
    let friday_off = matches!(city.country, "EG" | "AE");
    let (weekday, weekend, sunday): (Hours, Hours, Hours) = match format {
        Format::FuelStation if habits.late => (&[("05:00", "01:00")], &[("06:00", "02:00")], &[("06:00", "00:00")]),
        Format::FuelStation if habits.empty_days => {
            (&[("00:00", "24:00")], &[("00:00", "24:00")], &[("00:00", "24:00")])
        }
        Format::FuelStation => (&[("00:00", "00:00")], &[("00:00", "00:00")], &[("00:00", "00:00")]),
        Format::Convenience if habits.round_the_clock => {
            (&[("00:00", "00:00")], &[("00:00", "00:00")], &[("00:00", "00:00")])
        }
        Format::Convenience if habits.late => (&[("07:00", "01:00")], &[("08:00", "03:00")], &[("09:00", "23:30")]),
        Format::Convenience => (&[("06:30", "23:00")], &[("07:00", "24:00")], &[("08:00", "22:00")]),
        Format::Hypermarket => (&[("07:00", "22:00")], &[("07:00", "22:00")], &[("09:00", "20:00")]),
        _ if breaks => (&[("09:00", "14:00"), ("17:00", "21:00")], &[("09:00", "14:30")], &[("10:00", "14:00")]),
        Format::Discounter => (
            &[("08:00", "12:30"), ("13:00", "17:30"), ("18:00", "20:00")],
            &[("08:00", "20:00")],
            &[("10:00", "18:00")],
        ),
        Format::Supermarket => (&[("07:00", "21:00")], &[("07:00", "20:00")], &[("10:00", "18:00")]),
    };
    let always_open =
        matches!(format, Format::FuelStation) || (format == Format::Convenience && habits.round_the_clock);
    let day = |hours: Hours| Some(hours.iter().copied().map(interval).collect::<Vec<_>>());
    let closed = || if habits.empty_days { Some(Vec::new()) } else { None };
    Week {
        mon: day(weekday),
        tue: day(weekday),
        wed: day(weekday),
        thu: day(weekday),
        fri: if friday_off && !always_open { day(&[("14:00", "23:00")]) } else { day(weekday) },
        sat: day(weekend),
        sun: if no_sundays && !always_open { closed() } else { day(sunday) },
    }
}

/// Holidays of fixed date, after the calendars of the countries; those that move with Easter or the moon are left out.
fn holidays(country: &str, large: bool, year: i16) -> Vec<Exception> {
    type Days = &'static [(i8, i8)];
    let (closed, short): (Days, Days) = match country {
        "DE" => (&[(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)], &[(12, 24), (12, 31)]),
        "AT" => (&[(1, 1), (1, 6), (5, 1), (8, 15), (10, 26), (11, 1), (12, 25), (12, 26)], &[(12, 24), (12, 31)]),
        "CH" => (&[(1, 1), (8, 1), (12, 25), (12, 26)], &[(12, 24)]),
        "PL" => (&[(1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)], &[(12, 24)]),
        "RU" | "KZ" | "BG" | "UA" => (&[(1, 1)], &[(1, 2), (12, 31)]),
        "GB" | "IE" => (&[(12, 25)], &[(1, 1), (12, 26)]),
        "US" | "CA" => (&[(12, 25)], &[(1, 1), (7, 4)]),
        "FR" => (&[(1, 1), (5, 1), (12, 25)], &[(7, 14), (8, 15)]),
        "IN" => (&[(1, 26), (8, 15), (10, 2)], &[]),
        "AU" | "NZ" => (&[(4, 25), (12, 25)], &[(1, 1), (1, 26)]),
        _ => (&[(1, 1), (12, 25)], &[]),
    };
    let hours: &[(&str, &str)] = if large { &[("08:00", "14:00")] } else { &[("09:00", "12:00"), ("12:30", "15:00")] };
    let day = |year: i16, (month, day): (i8, i8)| Date::new(year, month, day).ok();
    let short_day = |date| Exception { date, intervals: hours.iter().copied().map(interval).collect() };
    let mut days: Vec<Exception> = closed
        .iter()
        .filter_map(|fixed| day(year, *fixed))
        .map(|date| Exception { date, intervals: Vec::new() })
        .chain(short.iter().filter_map(|fixed| day(year, *fixed)).map(short_day))
        .collect();
    // A shop's Sunday: large stores of Germany open on the first one of October.
    let first = (country == "DE" && large).then(|| date(year, 10, 1));
    let sunday = first.and_then(|first| first.nth_weekday_of_month(1, jiff::civil::Weekday::Sunday).ok());
    // Not where it is the national holiday.
    if let Some(date) = sunday.filter(|sunday| days.iter().all(|day| day.date != *sunday)) {
        days.push(Exception { date, intervals: vec![interval(("13:00", "18:00"))] });
    }
    if closed.contains(&(1, 1)) {
        days.extend(day(year + 1, (1, 1)).map(|date| Exception { date, intervals: Vec::new() }));
    }
    days.sort_by_key(|day| day.date);
    days
}

/// Streets that many towns of a country have.
fn streets(country: &str) -> &'static [&'static str] {
    match country {
        "DE" | "AT" => &[
            "Hauptstraße",
            "Bahnhofstraße",
            "Gartenstraße",
            "Schillerstraße",
            "Goethestraße",
            "Lindenallee",
            "Marktplatz",
            "Bergstraße",
            "Kirchweg",
            "Mozartstraße",
            "Rathausplatz",
            "Mühlenweg",
            "Königstraße",
            "Beethovenstraße",
        ],
        "CH" => &["Bahnhofstrasse", "Dorfstrasse", "Hauptgasse", "Seestrasse", "Rue du Marché", "Rue de Lausanne"],
        "PL" => &[
            "ulica Polna",
            "ulica Leśna",
            "ulica Słoneczna",
            "ulica Lipowa",
            "ulica Ogrodowa",
            "ulica Mickiewicza",
            "Rynek",
            "ulica Kościuszki",
            "ulica Łąkowa",
            "aleja Niepodległości",
        ],
        "RU" | "KZ" => &[
            "улица Ленина",
            "улица Мира",
            "проспект Победы",
            "Садовая улица",
            "Набережная улица",
            "улица Гагарина",
            "Лесная улица",
            "улица Пушкина",
            "Советская улица",
            "улица Чехова",
            "Октябрьская улица",
            "Молодёжная улица",
        ],
        "UA" => &["вулиця Шевченка", "вулиця Франка", "проспект Свободи", "Садова вулиця", "вулиця Лесі Українки"],
        "BG" => &["улица „Шипка“", "булевард „Витоша“", "улица „Иван Вазов“", "улица „Цар Симеон“"],
        "GR" => &["Ερμού", "Αθηνάς", "Πανεπιστημίου", "Λεωφόρος Συγγρού", "Πατησίων"],
        "FR" | "BE" => &[
            "rue de la République",
            "avenue Victor-Hugo",
            "rue du Marché",
            "place de la Gare",
            "rue des Écoles",
            "rue Pasteur",
        ],
        "ES" | "MX" | "AR" | "CL" | "PE" | "CO" => &[
            "calle Mayor",
            "avenida de la Constitución",
            "calle Real",
            "plaza de España",
            "calle del Sol",
            "calle Colón",
        ],
        "PT" | "BR" => &["rua das Flores", "avenida da Liberdade", "rua Direita", "praça da República", "rua São João"],
        "IT" => &["via Roma", "corso Garibaldi", "via Dante", "piazza Mazzini", "via Verdi", "viale Europa"],
        "TR" => &["Atatürk Caddesi", "İstiklal Caddesi", "Cumhuriyet Caddesi", "Gazi Sokağı", "Çınar Sokağı"],
        "SE" | "NO" | "DK" | "SJ" => &["Storgatan", "Kungsgatan", "Kirkegata", "Havnegade", "Skolgatan", "Ågatan"],
        "CZ" => &["Nádražní", "Masarykova", "Školní", "Zahradní", "náměstí Míru"],
        _ => &[
            "High Street",
            "Station Road",
            "Park Avenue",
            "Church Street",
            "Victoria Road",
            "Mill Lane",
            "Queen Street",
            "Main Street",
            "Market Square",
            "Harbour Road",
            "King's Road",
            "Garden Lane",
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jiff::tz::TimeZone;

    use super::*;

    fn all(seed: u64, count: u64) -> Vec<Store> {
        let chain = Chain::new(seed, count);
        (1..=chain.count()).map(|number| chain.store(number).unwrap()).collect()
    }

    #[test]
    fn every_line_is_a_city_in_a_zone_that_exists() {
        let lines = include_str!("cities.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(CITIES.list.len(), lines);
        for city in &CITIES.list {
            assert!(TimeZone::get(city.zone).is_ok(), "{}", city.zone);
            assert!(city.latitude.abs() <= 90.0 && city.longitude.abs() <= 180.0 && city.people > 0, "{}", city.title);
        }
        let zones: BTreeSet<_> = CITIES.list.iter().map(|city| city.zone).collect();
        assert!(zones.len() >= 60, "{}", zones.len());
    }

    #[test]
    fn a_small_chain_is_the_beginning_of_a_large_one() {
        let (small, large) = (all(1, 150), all(1, 3_000));
        assert_eq!(small, large[..150]);
        assert_ne!(all(2, 150)[3..], small[3..]);
        assert_eq!(Chain::new(1, 150).store(151), None);
        assert_eq!(Chain::new(1, 150).store(0), None);
    }

    #[test]
    fn a_small_chain_has_all_that_a_large_one_has() {
        let stores = all(1, 150);
        let formats: BTreeSet<&str> =
            stores.iter().map(|store| store.additional_info[0].value.as_str().unwrap()).collect();
        assert_eq!(formats.len(), FORMATS.len());
        let cities: BTreeSet<i64> = stores.iter().map(|store| store.location.city.id).collect();
        assert_eq!(cities.len(), CITIES.list.len());
        let any = |what: &dyn Fn(&Store) -> bool| stores.iter().any(what);
        assert!(any(&|store| store.is_archived) && any(&|store| store.till_symbology.is_some()));
        assert!(any(&|store| (store.location.latitude, store.location.longitude) == (0.0, 0.0)));
        assert!(any(&|store| store.title.starts_with("Покет Маркет")));
        let week = |what: &dyn Fn(&Week) -> bool| any(&|store| store.schedule_model.as_ref().is_some_and(what));
        let day = |week: &Week, what: &dyn Fn(&[Interval]) -> bool| week.sat.as_deref().is_some_and(what);
        assert!(week(&|week| week.sun.as_ref().is_none_or(Vec::is_empty)), "closed on Sundays");
        assert!(week(&|week| week.mon.as_ref().is_some_and(|day| day.len() > 1)), "breaks");
        assert!(
            week(&|week| day(week, &|hours| hours[0].from == "00:00" && hours[0].to == "00:00")),
            "round the clock"
        );
        assert!(
            week(&|week| day(week, &|hours| hours[0].from > hours[0].to && hours[0].to != "00:00")),
            "past midnight"
        );
    }

    #[test]
    fn stores_stand_where_people_live() {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for store in all(1, 20_000) {
            *counts.entry(store.location.city.id).or_default() += 1;
            let city = &CITIES.list[usize::try_from(store.location.city.id - 1).unwrap()];
            let (latitude, longitude) = (store.location.latitude, store.location.longitude);
            if (latitude, longitude) == (0.0, 0.0) || store.id <= 3 {
                continue;
            }
            assert!((-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude), "{store:?}");
            let east =
                ((longitude - city.longitude + 540.0).rem_euclid(360.0) - 180.0) * city.latitude.to_radians().cos();
            let far = DEGREE * (latitude - city.latitude).hypot(east);
            assert!(far < 70.0, "{far} km: {store:?}");
        }
        let of = |title: &str| counts[&CITIES.list.iter().find(|city| city.title == title).unwrap().number];
        assert!(of("Москва") > 2 * of("Berlin") && of("Berlin") > 4 * of("Zürich"), "{counts:?}");
        assert!(of("Apia") >= 1);
    }

    #[test]
    fn nine_in_a_hundred_are_hypermarkets() {
        let large = all(1, 20_000).iter().filter(|store| store.has_format(Format::Hypermarket)).count();
        assert!((1_600..2_000).contains(&large), "{large}");
    }

    #[test]
    fn holidays_are_of_the_year() {
        let days = holidays("DE", true, 2027);
        let dates: Vec<String> = days.iter().map(|day| day.date.to_string()).collect();
        // In 2027 the first Sunday of October is the national holiday.
        let fixed = ["2027-01-01", "2027-05-01", "2027-10-03", "2027-12-24", "2027-12-25", "2027-12-26", "2027-12-31"];
        assert_eq!(dates[..7], fixed);
        assert_eq!(dates[7], "2028-01-01");
        assert!(days[2].intervals.is_empty());
        assert!(holidays("DE", true, 2028).iter().any(|day| day.date == date(2028, 10, 1) && day.intervals.len() == 1));
        let chain = Chain::new(1, 3);
        assert_eq!(exceptions(&chain.store(2).unwrap(), 2027), days);
    }
}
