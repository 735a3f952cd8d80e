//! The card's symbol in character cells: dark on light whatever the terminal's theme, whole modules, full quiet zone.
//!
//! A cell is about twice as high as it is wide, so a cell holds two square modules, one over the other. Symbols whose
//! modules are higher than wide (PDF417, linear codes) have two modules side by side in a cell as well.

use pocketcard::card::symbol::Symbol;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Style};
use ratatui::widgets::Widget;

/// Black and white of the 256 colours: unlike the first sixteen, no theme changes them.
const DARK: Color = Color::Indexed(16);
const LIGHT: Color = Color::Indexed(231);
/// What surrounds a symbol, and what is written beside it where nothing else is on the screen.
pub const ON_LIGHT: Style = Style::new().fg(DARK).bg(LIGHT);

/// What a cell shows, by which of its quarters are dark: top left 1, top right 2, bottom left 4, bottom right 8.
const QUARTERS: [&str; 16] = [" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"];

/// A symbol as it fits into cells.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    symbol: &'a Symbol,
    /// How many times a module is drawn, both ways.
    scale: u32,
}

impl<'a> Cells<'a> {
    /// The symbol as large as fits into `room`, at most `largest` times; none where it does not fit even once.
    pub fn fitting(symbol: &'a Symbol, room: Size, largest: u32) -> Option<Self> {
        (1..=largest).rev().map(|scale| Self { symbol, scale }).find(|cells| {
            let needed = cells.size();
            needed.width <= room.width && needed.height <= room.height
        })
    }

    /// The cells that a symbol needs at least.
    pub fn smallest(symbol: &'a Symbol) -> Size {
        Self { symbol, scale: 1 }.size()
    }

    /// The cells that it takes.
    pub fn size(&self) -> Size {
        let (width, height) = self.points();
        let cells = |points: u32| u16::try_from(points).unwrap_or(u16::MAX);
        Size::new(cells(width.div_ceil(self.across())), cells(height.div_ceil(2)))
    }

    /// Modules side by side in a cell.
    fn across(&self) -> u32 {
        if self.symbol.module_height == 1 { 1 } else { 2 }
    }

    /// How high a row of the symbol is, in points: a point is as wide as a module, and so high that two fill a cell.
    fn row(&self) -> u32 {
        // A linear code needs no height of its own: an eighth of its width is quick to hit with a scanner.
        let linear = self.symbol.height == 1;
        let modules = if linear { self.symbol.width / 8 } else { self.symbol.module_height };
        modules.div_ceil(self.across()) * self.scale
    }

    /// Points of the symbol with its quiet zone.
    fn points(&self) -> (u32, u32) {
        let Symbol { width, height, quiet_zone, .. } = self.symbol;
        let margin = 2 * quiet_zone * self.scale;
        (width * self.scale + margin, height * self.row() + margin.div_ceil(self.across()))
    }

    fn is_dark(&self, x: u32, y: u32) -> bool {
        let margin = self.symbol.quiet_zone * self.scale;
        let column = x.checked_sub(margin).map(|x| x / self.scale);
        let row = y.checked_sub(margin.div_ceil(self.across())).map(|y| y / self.row());
        column.zip(row).is_some_and(|(x, y)| y < self.symbol.height && self.symbol.is_dark(x, y))
    }
}

impl Widget for Cells<'_> {
    fn render(self, area: Rect, cells: &mut Buffer) {
        let size = self.size();
        let area = Rect { width: size.width, height: size.height, ..area }.intersection(cells.area);
        let across = self.across();
        for (row, y) in (area.top()..area.bottom()).enumerate() {
            for (column, x) in (area.left()..area.right()).enumerate() {
                let (left, top) = (u32::try_from(column).unwrap_or(0) * across, u32::try_from(row).unwrap_or(0) * 2);
                // With one module across, both quarters of a half show the same one.
                let dark = |quarter: u32| self.is_dark(left + quarter % 2 % across, top + quarter / 2);
                let quarters: usize = (0..4).filter(|&quarter| dark(quarter)).map(|quarter| 1 << quarter).sum();
                cells[(x, y)].set_symbol(QUARTERS[quarters]).set_style(ON_LIGHT);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pocketcard::card::Symbology;
    use pocketcard::card::symbol::draw;

    const TEXT: &str = "PC1.1001877399942540.1790000000.94287082";

    fn rendered(symbol: &Symbol, room: Size, largest: u32) -> Buffer {
        let cells = Cells::fitting(symbol, room, largest).unwrap();
        let size = cells.size();
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        cells.render(buffer.area, &mut buffer);
        buffer
    }

    /// The quarter in column `x` of row `y`, counted in quarters, as a camera sees it.
    fn is_dark(buffer: &Buffer, x: u32, y: u32) -> bool {
        let cell = &buffer[(u16::try_from(x / 2).unwrap(), u16::try_from(y / 2).unwrap())];
        assert_eq!((cell.fg, cell.bg), (DARK, LIGHT), "no theme decides the polarity");
        let quarters = QUARTERS.iter().position(|known| *known == cell.symbol()).unwrap();
        quarters >> (y % 2 * 2 + x % 2) & 1 == 1
    }

    #[test]
    fn every_module_is_there_with_its_quiet_zone() {
        let symbol = draw(Symbology::Qr, TEXT).unwrap();
        assert_eq!(Cells::smallest(&symbol), Size::new(37, 19), "the card fits a terminal of 80 by 24");
        for scale in 1..=2 {
            let buffer = rendered(&symbol, Size::new(80, 40), scale);
            for y in 0..u32::from(buffer.area.height) * 2 {
                for x in 0..u32::from(buffer.area.width) {
                    let module = |place: u32| (place / scale).checked_sub(symbol.quiet_zone);
                    let dark = module(x).zip(module(y)).is_some_and(|(x, y)| y < symbol.height && symbol.is_dark(x, y));
                    assert_eq!(is_dark(&buffer, 2 * x, y), dark, "module at {x}, {y}");
                    assert_eq!(is_dark(&buffer, 2 * x + 1, y), dark, "module at {x}, {y}");
                }
            }
        }
    }

    #[test]
    fn a_linear_code_has_two_modules_in_a_cell() {
        let symbol = draw(Symbology::Ean13, "4006381333931").unwrap();
        let buffer = rendered(&symbol, Size::new(80, 20), 1);
        assert_eq!(buffer.area.width, 59, "95 modules and 11 either side, two in a cell");
        let middle = u32::from(buffer.area.height);
        let modules: Vec<bool> = (0..117).map(|x| is_dark(&buffer, x, middle)).collect();
        let wanted: Vec<bool> =
            (0..117).map(|x: u32| x.checked_sub(11).is_some_and(|x| symbol.is_dark(x, 0))).collect();
        assert_eq!(modules, wanted);
    }

    #[test]
    fn what_does_not_fit_is_not_drawn() {
        let symbol = draw(Symbology::Qr, TEXT).unwrap();
        assert!(Cells::fitting(&symbol, Size::new(36, 40), 4).is_none());
        assert!(Cells::fitting(&symbol, Size::new(80, 18), 4).is_none());
        assert_eq!(Cells::fitting(&symbol, Size::new(80, 40), 4).map(|cells| cells.scale), Some(2));
    }
}
