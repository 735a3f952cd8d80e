import Pocketcard
import SwiftUI

/// Texts in the member's language, and amounts and dates in the device's format.
///
/// `words("as_of \(time)")` is the text of that key.
package struct Words {
    package let locale: Locale
    let timeZone: TimeZone
    let now: Date

    package func callAsFunction(_ key: String.LocalizationValue) -> String {
        String(localized: key, bundle: .module, locale: locale)
    }

    /// Words for times of another zone, as the IANA database names it; of the member's where this phone does not know it.
    func of(_ zone: String?) -> Words {
        Words(locale: locale, timeZone: zone.flatMap(TimeZone.init(identifier:)) ?? timeZone, now: now)
    }

    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        return calendar
    }

    private var style: Date.FormatStyle { Date.FormatStyle(locale: locale, timeZone: timeZone) }
}

// MARK: - Dates

extension Words {
    /// The beginning of the day on which an instant falls for the member.
    func day(of instant: Date) -> Date { calendar.startOfDay(for: instant) }

    /// The day that the member has now.
    var today: Date { day(of: now) }

    /// The day so many days after today.
    func today(plus days: Int) -> Date { calendar.date(byAdding: .day, value: days, to: today) ?? today }

    private func isThisYear(_ day: Date) -> Bool { calendar.isDate(day, equalTo: now, toGranularity: .year) }

    /// As `14:05`.
    func time(_ instant: Date) -> String { instant.formatted(style.hour().minute()) }

    /// As `3 December`, with the year where it is another than this.
    func day(_ instant: Date) -> String {
        let dayAndMonth = style.day().month(.wide)
        return instant.formatted(isThisYear(instant) ? dayAndMonth : dayAndMonth.year())
    }

    /// As `Thursday, 3 December`, with the year in place of the weekday where it is another than this.
    func weekday(_ instant: Date) -> String {
        let dayAndMonth = style.day().month(.wide)
        return instant.formatted(isThisYear(instant) ? dayAndMonth.weekday(.wide) : dayAndMonth.year())
    }

    /// As `14:05` for an instant of today, else `3 December, 14:05`.
    func moment(_ instant: Date) -> String {
        day(of: instant) == today ? time(instant) : "\(day(instant)), \(time(instant))"
    }

    /// As `14:05` for an instant within half a day or today, `Thursday 14:05` within a week, else as ``moment(_:)``.
    func soon(_ instant: Date) -> String {
        if day(of: instant) == today || instant.timeIntervalSince(now) < 12 * 3600 { return time(instant) }
        guard day(of: instant) < today(plus: 7) else { return moment(instant) }
        return instant.formatted(style.weekday(.wide).hour().minute())
    }

    /// As `14:05` for an instant of today, else `3 December`.
    func timeOrDay(_ instant: Date) -> String { day(of: instant) == today ? time(instant) : day(instant) }

    /// As `14:05`, of minutes after midnight.
    func timeOfDay(_ minutes: UInt16) -> String {
        let midnight = calendar.startOfDay(for: Date(timeIntervalSinceReferenceDate: 0))
        return time(midnight.addingTimeInterval(TimeInterval(minutes % (24 * 60)) * 60))
    }

    /// As `18:00–22:30`, of minutes after midnight.
    func hours(from: UInt16, to: UInt16) -> String { "\(timeOfDay(from))–\(timeOfDay(to))" }

    /// The day of a date as `2026-12-03`, in the zone of these words.
    func date(_ text: String) -> Date? {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        return calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2]))
    }

    /// Which day of its month a day is.
    func dayOfMonth(_ day: Date) -> Int { calendar.component(.day, from: day) }

    /// As `Thursday`, of a number from 1 for Monday on.
    func weekday(number: Int) -> String {
        var named = Calendar(identifier: .gregorian)
        named.locale = locale
        return named.standaloneWeekdaySymbols[number % 7]
    }

    /// As `Monday–Friday` or `Monday, Thursday`, of numbers from 1 for Monday on.
    func weekdays(_ days: [Int]) -> String {
        var runs: [[Int]] = []
        for day in days.sorted() {
            if let last = runs.last?.last, last == day - 1 {
                runs[runs.count - 1].append(day)
            } else {
                runs.append([day])
            }
        }
        return runs.map { run in
            guard run.count > 2 else { return run.map(weekday(number:)).joined(separator: ", ") }
            return "\(weekday(number: run[0]))–\(weekday(number: run[run.count - 1]))"
        }
        .joined(separator: ", ")
    }

    /// The last day on which an end has not come.
    func lastDay(_ end: Date) -> Date { day(of: end.addingTimeInterval(-0.001)) }

    /// Whole days between today and the last day on which an end has not come: 0 where that is today.
    func daysUntil(_ end: Date) -> Int { calendar.dateComponents([.day], from: today, to: lastDay(end)).day ?? 0 }

    /// As `1 December` for the beginning of that day, else as ``moment(_:)``.
    func begin(_ instant: Date) -> String { day(of: instant) == instant ? day(instant) : moment(instant) }

    /// As `31 December` for the end of that day, else as ``moment(_:)``.
    func end(_ instant: Date) -> String { day(of: instant) == instant ? day(lastDay(instant)) : moment(instant) }

    /// As `ends today`, `3 days left` or `until 31 December`.
    func ends(_ end: Date) -> String {
        let days = daysUntil(end)
        if days <= 0 { return self("offer_ends_today") }
        return days <= 7 ? self("offer_days_left \(days)") : self("offer_until \(day(lastDay(end)))")
    }
}

// MARK: - Amounts

extension Words {
    /// As `1,250.5`.
    func amount(_ amount: Decimal) -> String {
        amount.formatted(.number.locale(locale).precision(.fractionLength(0...4)))
    }

    /// As `+120` or `−80`.
    func change(_ amount: Decimal) -> String {
        amount < 0 ? "−\(self.amount(-amount))" : "+\(self.amount(amount))"
    }

    /// As `20%`, of hundredths.
    func percent(_ hundredths: Decimal) -> String {
        (hundredths / 100).formatted(.percent.locale(locale).precision(.fractionLength(0...4)))
    }

    /// What a plural goes by: parts of one are said as several.
    func count(_ amount: Decimal) -> Int {
        let whole = NSDecimalNumber(decimal: amount).intValue
        return Decimal(whole) == amount ? whole : 2
    }

    /// As `1,250 points`: the currency's name in the form that goes with the number.
    func amount(_ amount: Decimal, _ currency: Currency) -> String {
        "\(self.amount(amount)) \(name(currency, for: amount))"
    }

    /// As `+120 points`: by the name of the one of the currencies that has the code, else by the code.
    func change(_ points: ExpectedPoints, _ currencies: [Currency]) -> String {
        let currency = currencies.first { $0.code == points.currencyCode }
        return "\(change(points.amount)) \(currency.map { name($0, for: points.amount) } ?? points.currencyCode)"
    }

    private func name(_ currency: Currency, for amount: Decimal) -> String {
        switch self("plural_form \(count(amount))") {
        case "one": currency.nominative
        case "few": currency.genitive
        default: currency.plural
        }
    }

    /// As `€12.90` for a currency of the world, `120 pts` for one of the programme.
    func money(_ money: Money) -> String {
        guard Locale.Currency.isoCurrencies.contains(Locale.Currency(money.currency)) else {
            return "\(amount(money.amount)) \(money.currency)"
        }
        return money.amount.formatted(.currency(code: money.currency).locale(locale))
    }

    /// As ``money(_:)``, with its sign also where that is plus.
    func change(_ money: Money) -> String {
        let isLess = money.amount < 0
        return (isLess ? "−" : "+")
            + self.money(Money(amount: isLess ? -money.amount : money.amount, currency: money.currency))
    }

    /// In the units of the region, as `350 m`, `1.2 km` or `0.8 mi`.
    func distance(_ meters: Double) -> String {
        func tens(_ amount: Double) -> Double { (amount / 10).rounded() * 10 }
        let (amount, unit): (Double, LengthFormatter.Unit) =
            switch locale.measurementSystem {
            case .metric where meters < 995: (tens(meters), .meter)
            case .metric: (meters / 1000, .kilometer)
            case _ where meters >= 160.9344: (meters / 1609.344, .mile)
            case .uk: (tens(meters / 0.9144), .yard)
            default: (tens(meters / 0.3048), .foot)
            }
        let formatter = LengthFormatter()
        formatter.numberFormatter.locale = locale
        formatter.numberFormatter.maximumFractionDigits = amount < 9.95 ? 1 : 0
        return formatter.string(fromValue: amount, unit: unit)
    }
}

extension Words {
    /// A text as it begins a line.
    func asLine(_ text: String) -> String {
        text.prefix(1).uppercased(with: locale) + text.dropFirst()
    }
}

extension [String?] {
    /// Those that there are, as `For you · 3 days left`.
    var joinedByDots: String { compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " · ") }
}

extension EnvironmentValues {
    /// Words for where they are shown.
    package var words: Words { Words(locale: locale, timeZone: timeZone, now: now ?? .now) }

    /// What time it is, where that is not the system's.
    var now: Date? {
        get { self[NowKey.self] }
        set { self[NowKey.self] = newValue }
    }
}

private struct NowKey: EnvironmentKey {
    static let defaultValue: Date? = nil
}
