//! Favourite products: goods that the member chooses for a stretch of time, each in a cell, to get more for them.
//!
//! Pure. Which cells there are, and which may be changed, is the platform's to say; what it will not take is not asked.

use serde::{Deserialize, Serialize};

use crate::types::{Freshness, Goods, Timestamp};

/// A stretch of time, with the cells to fill for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Favourites {
    pub(crate) id: i64,
    pub(crate) from: Timestamp,
    /// None: there is no end.
    pub(crate) until: Option<Timestamp>,
    /// How many may be chosen.
    pub(crate) most: u32,
    pub(crate) cells: Vec<Cell>,
    /// What can be chosen.
    pub(crate) choices: Vec<Goods>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) position: u32,
    pub(crate) goods: Option<Goods>,
    /// The platform takes a change.
    pub(crate) allow_change: bool,
}

/// What the screen of favourite products shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FavouritesView {
    /// The stretches of time that are not over, soonest first. Empty where the programme offers none.
    pub periods: Vec<FavouritesPeriod>,
    /// How fresh they are.
    pub freshness: Freshness,
}

/// A stretch of time, as a screen shows it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FavouritesPeriod {
    /// The platform's number for it.
    pub id: i64,
    /// When it begins. Until then nothing can be chosen for it.
    pub from: Timestamp,
    /// When it ends; none: never.
    pub until: Option<Timestamp>,
    /// How many can be chosen.
    pub most: u32,
    /// How many are.
    pub chosen: u32,
    /// Its cells, in their order.
    pub cells: Vec<FavouriteCell>,
    /// What can be chosen that is in no cell.
    pub choices: Vec<Goods>,
}

/// A cell, as a screen shows it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FavouriteCell {
    /// Its number.
    pub position: u32,
    /// What is in it.
    pub goods: Option<Goods>,
    /// Whether the member can change it now.
    pub change: CellChange,
}

/// Whether a cell can be changed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CellChange {
    /// It can.
    Allowed,
    /// Its time has not come.
    NotYet {
        /// When it comes.
        from: Timestamp,
    },
    /// It stays as it is.
    Fixed,
    /// It is empty, and as many are chosen as may be.
    Full,
}

/// What is wrong with a choice: the field of the call, as errors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongChoice {
    /// There is no such period, or it is not its time.
    Period,
    /// There is no such cell, or it stays as it is, or there are enough.
    Position,
    /// It cannot be chosen, or stands in another cell.
    Goods,
}

impl WrongChoice {
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Position => "position",
            Self::Goods => "goods",
        }
    }
}

impl Favourites {
    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    fn chosen(&self) -> usize {
        self.cells.iter().filter(|cell| cell.goods.is_some()).count()
    }

    fn holds(&self, goods: &str) -> bool {
        self.cells.iter().filter_map(|cell| cell.goods.as_ref()).any(|chosen| chosen.id == goods)
    }

    fn change(&self, cell: &Cell, now: Timestamp) -> CellChange {
        if now < self.from {
            CellChange::NotYet { from: self.from }
        } else if !cell.allow_change {
            CellChange::Fixed
        } else if cell.goods.is_none() && self.chosen() >= self.most as usize {
            CellChange::Full
        } else {
            CellChange::Allowed
        }
    }
}

/// Whether the platform would take goods for a cell, or none to empty it.
pub(crate) fn check(
    favourites: &[Favourites],
    (period, position): (i64, u32),
    goods: Option<&str>,
    now: Timestamp,
) -> Result<(), WrongChoice> {
    let period = favourites.iter().find(|known| known.id == period && !known.is_over(now) && known.from <= now);
    let period = period.ok_or(WrongChoice::Period)?;
    let cell = period.cells.iter().find(|cell| cell.position == position).ok_or(WrongChoice::Position)?;
    let allowed = match goods {
        // There may be more than enough where the programme allows fewer now.
        None => cell.allow_change,
        Some(_) => period.change(cell, now) == CellChange::Allowed,
    };
    if !allowed {
        return Err(WrongChoice::Position);
    }
    let same = |goods| cell.goods.as_ref().is_some_and(|chosen| chosen.id == goods);
    match goods {
        Some(goods)
            if period.holds(goods) && !same(goods) || period.choices.iter().all(|choice| choice.id != goods) =>
        {
            Err(WrongChoice::Goods)
        }
        _ => Ok(()),
    }
}

/// What the screen shows at `now`.
pub(crate) fn view(favourites: &[Favourites], now: Timestamp, freshness: Freshness) -> FavouritesView {
    let mut periods: Vec<_> = favourites
        .iter()
        .filter(|period| !period.is_over(now))
        .map(|period| FavouritesPeriod {
            id: period.id,
            from: period.from,
            until: period.until,
            most: period.most,
            chosen: crate::events::outbox::count(period.chosen()),
            cells: period
                .cells
                .iter()
                .map(|cell| FavouriteCell {
                    position: cell.position,
                    goods: cell.goods.clone(),
                    change: period.change(cell, now),
                })
                .collect(),
            choices: period.choices.iter().filter(|choice| !period.holds(&choice.id)).cloned().collect(),
        })
        .collect();
    periods.sort_by_key(|period| period.from);
    FavouritesView { periods, freshness }
}

/// The next instant at which a period begins or ends.
pub(crate) fn next_change(favourites: &[Favourites], now: Timestamp) -> Option<Timestamp> {
    favourites.iter().flat_map(|period| [Some(period.from), period.until]).flatten().filter(|at| *at > now).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::StaleReason;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn goods(id: &str) -> Goods {
        Goods { id: id.to_owned(), name: id.to_uppercase() }
    }

    /// Good from 100 to 200; two of three may be chosen; the first is fixed.
    fn period() -> Favourites {
        let cell = |position, goods, allow_change| Cell { position, goods, allow_change };
        Favourites {
            id: 7,
            from: at(100),
            until: Some(at(200)),
            most: 2,
            cells: vec![cell(1, Some(goods("tea")), false), cell(2, None, true), cell(3, None, true)],
            choices: ["tea", "milk", "bread"].map(goods).to_vec(),
        }
    }

    fn choose(favourites: &[Favourites], position: u32, goods: Option<&str>) -> Result<(), WrongChoice> {
        check(favourites, (7, position), goods, at(150))
    }

    #[test]
    fn only_what_the_platform_would_take_is_asked() {
        let mut all = [period()];
        assert_eq!(choose(&all, 2, Some("milk")), Ok(()));
        assert_eq!(choose(&all, 1, Some("milk")), Err(WrongChoice::Position), "it stays as it is");
        assert_eq!(choose(&all, 1, None), Err(WrongChoice::Position));
        assert_eq!(choose(&all, 4, Some("milk")), Err(WrongChoice::Position));
        assert_eq!(choose(&all, 2, Some("tea")), Err(WrongChoice::Goods), "it has a cell");
        assert_eq!(choose(&all, 2, Some("gold")), Err(WrongChoice::Goods));
        all[0].cells[1].goods = Some(goods("milk"));
        assert_eq!(choose(&all, 3, Some("bread")), Err(WrongChoice::Position), "two are enough");
        assert_eq!(choose(&all, 2, Some("bread")), Ok(()), "one for another");
        assert_eq!(choose(&all, 2, Some("milk")), Ok(()), "the same again does no harm");
        assert_eq!(choose(&all, 2, None), Ok(()));
    }

    #[test]
    fn a_period_is_from_its_beginning_to_its_end() {
        let all = [period()];
        for (second, expected) in
            [(99, Err(WrongChoice::Period)), (100, Ok(())), (199, Ok(())), (200, Err(WrongChoice::Period))]
        {
            assert_eq!(check(&all, (7, 2), Some("milk"), at(second)), expected, "{second}");
        }
        assert_eq!(check(&all, (8, 2), Some("milk"), at(150)), Err(WrongChoice::Period));
        assert_eq!(
            [50, 100, 150, 200].map(|now| next_change(&all, at(now))),
            [Some(at(100)), Some(at(200)), Some(at(200)), None]
        );
    }

    #[test]
    fn the_view_says_what_can_be_changed() {
        let shown = |period: Favourites, now| {
            view(&[period], at(now), Freshness::Unknown { reason: StaleReason::NotAsked }).periods
        };
        let changes = |period: &FavouritesPeriod| period.cells.iter().map(|cell| cell.change).collect::<Vec<_>>();
        let early = shown(period(), 50);
        assert_eq!(changes(&early[0]), [CellChange::NotYet { from: at(100) }; 3]);
        let now = shown(period(), 150);
        assert_eq!(changes(&now[0]), [CellChange::Fixed, CellChange::Allowed, CellChange::Allowed]);
        assert_eq!((now[0].chosen, &now[0].choices[..]), (1, &[goods("milk"), goods("bread")][..]));
        let full = shown(Favourites { most: 1, ..period() }, 150);
        assert_eq!(changes(&full[0]), [CellChange::Fixed, CellChange::Full, CellChange::Full]);
        assert!(shown(period(), 200).is_empty());
    }
}
