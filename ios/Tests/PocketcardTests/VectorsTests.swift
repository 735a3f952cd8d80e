import Foundation
import PocketcardTesting
import Testing

@testable import Pocketcard

/// The vectors that Rust, Kotlin and Swift share, as far as the boundary shows what they are about: what a push leads to,
/// when a store is open, where an offer applies. A platform and a phone whose clocks the test sets stand around the core.
///
/// Not run here, since nothing that an app may call shows them: codes from a key of one's choice (a key comes from the
/// platform alone and never leaves the core), the till's verifier, and how facts count for a task (the platform's rule and
/// the core's are one, and what an app sees of it is run by the journey).
@MainActor @Suite(.timeLimit(.minutes(5))) struct VectorsTests {
    let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private func vectors(_ name: String) throws -> JSON {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try JSON(Data(contentsOf: tests.appendingPathComponent("../../../tests/vectors/\(name).json")))
    }

    /// It is `instant` on the platform and on the phone, and stays so until it is set again.
    private func set(_ clock: StoppedClock, to instant: Date) async throws {
        clock.now = instant
        let time = instant.formatted(.iso8601)
        try await sandbox.ask("PUT", "/sandbox/clock", #"{"set": "\#(time)", "frozen": true}"#)
    }

    // MARK: Pushes

    @Test("pushes.json") func pushes() async throws {
        let vectors = try vectors("pushes")
        let clock = StoppedClock(try vectors.instant("since"))
        try await set(clock, to: clock.now)
        let phone = try Phone(sandbox.url, clock: clock)
        try await sandbox.member("+491713920060")
        try await phone.open().signIn("+491713920060", at: sandbox)
        try await sandbox.cutOff()
        try await set(clock, to: try vectors.instant("now"))
        let cases = try #require(vectors["cases"]?.list)
        #expect(cases.count > 20)
        for vector in cases {
            // Each begins on a phone to which nothing came yet.
            let copy = try temporaryFolder("vector")
            defer { try? FileManager.default.removeItem(at: copy) }
            var config = phone.config
            config.dataFolder = copy.appendingPathComponent("pocketcard").path
            try FileManager.default.copyItem(atPath: phone.config.dataFolder, toPath: config.dataFolder)
            let app = try await Pocketcard.open(config: config, host: phone.host)
            let name = try vector.text("name")
            for (number, step) in (vector["steps"]?.list ?? []).enumerated() {
                let outcome = try await app.receivePush(try push(step))
                let meant = try expected(try #require(step["outcome"]))
                #expect(outcome == meant, "\(name), step \(number)")
            }
            if let points = vector["shows"]?["balance"]?.text.flatMap({ Decimal(string: $0) }) {
                try await wait(name, app.balance) { $0.accounts.first?.available == points }
            }
            if let rows = vector["shows"]?["inbox"]?.list?.compactMap(\.text) {
                try await wait(name, app.inbox) { $0.messages.map { "\($0.title)|\($0.body)" } == rows }
            }
            if let unread = vector["shows"]?["unread"]?.asText {
                try await wait(name, app.inbox) { String($0.unread) == unread }
            }
        }
    }

    private func push(_ step: JSON) throws -> Push {
        var push = step["push"] ?? .object([:])
        if let padded = step["padded"], var entries = push.object {
            let length = Int(try #require(padded["length"]?.int))
            entries[try padded.text("key")] = .text(String(repeating: "x", count: length))
            push = .object(entries)
        }
        var text = step["text"]?.text ?? push.written
        if let repeated = step["repeated"] {
            text = String(repeating: try repeated.text("text"), count: Int(try #require(repeated["times"]?.int)))
        }
        switch try step.text("form") {
        case "data": return .data(entries: (push.object ?? [:]).compactMapValues(\.asText))
        case "userInfo": return .userInfo(json: text)
        case "hms": return .hms(data: text)
        default: return .polled(json: text)
        }
    }

    private func expected(_ outcome: JSON) throws -> PushOutcome {
        if let why = outcome["ignored"]?.text { return .ignored(reason: try #require(PushIgnored.named(why))) }
        guard let shown = outcome["taken"], shown.object != nil else { return .taken(notification: nil) }
        return .taken(
            notification: Notification(
                message: shown["message"]?.text, title: try shown.text("title"), body: try shown.text("body"),
                channel: try #require(NotificationChannel.named(try shown.text("channel"))), link: shown["link"]?.text,
                imageUrl: shown["imageUrl"]?.text))
    }

    // MARK: Hours

    @Test("hours.json") func hours() async throws {
        var asked: [(store: Int64, name: String, at: Date, vector: JSON)] = []
        for vector in try #require(try vectors("hours")["cases"]?.list) {
            let store = try await store(with: vector)
            for question in vector["asked"]?.list ?? [] {
                asked.append((store, try vector.text("name"), try question.instant("at"), question))
            }
        }
        asked.sort { $0.at < $1.at }
        #expect(asked.count > 30)
        let clock = StoppedClock(asked[0].at - 60)
        try await set(clock, to: clock.now)
        let phone = try Phone(sandbox.url, clock: clock)
        let app = try await phone.open()
        try await app.signIn(Sandbox.clara, at: sandbox)
        try await wait("the stores", app.store(asked[0].store)) { $0 != nil }
        try await sandbox.cutOff()
        for (store, name, at, vector) in asked {
            clock.now = at
            var state = OpenState.unknown
            if let until = vector.object?["open"] { state = .open(until: try until.instant) }
            if let opens = vector.object?["closed"] { state = .closed(opensAt: try opens.instant) }
            let open = try await wait(name, app.store(store))?.store.open
            #expect(open == state, "\(name): \(at)")
        }
    }

    /// Opens a store with the hours of a vector; gives its number.
    private func store(with vector: JSON) async throws -> Int64 {
        let intervals = { (day: JSON) -> JSON in
            .list((day.list ?? []).map { .object(["from": $0.list?.first ?? .null, "to": $0.list?.last ?? .null]) })
        }
        let exceptions = (vector["exceptions"]?.object ?? [:]).map { date, day in
            JSON.object(["date": .text(date), "intervals": intervals(day)])
        }
        let store = JSON.object([
            "latitude": .number(52.52), "longitude": .number(13.41), "timeZone": .text(try vector.text("zone")),
            "scheduleModel": vector["week"]?.object.map { JSON.object($0.mapValues(intervals)) } ?? .null,
            "exceptions": .list(exceptions),
        ])
        return try #require(try await sandbox.ask("POST", "/sandbox/stores", store.written)["id"]?.int)
    }

    // MARK: Offers

    @Test("offers.json") func offers() async throws {
        let vectors = try vectors("offers")
        var stores: [Int64: OfferStore] = [:]
        for store in vectors["stores"]?.list ?? [] {
            let id = try #require(store["id"]?.int)
            let attributes = (store["attributes"]?.object ?? [:]).mapValues { ($0.list ?? []).compactMap(\.text) }
            stores[id] = OfferStore(id: id, attributes: attributes, timeZone: try store.text("timeZone"))
        }
        // What a member has done with an offer, and when it begins and ends, is the platform's to say: not asked here.
        var asked: [(offer: Int64, name: String, at: Date, vector: JSON)] = []
        for (number, vector) in (vectors["cases"]?.list ?? []).enumerated()
        where Set((vector.object ?? [:]).keys) == ["name", "rules", "asked"] {
            let id = 8_000 + Int64(number)
            let offer = JSON.object([
                "id": .number(Decimal(id)), "title": .text(try vector.text("name")), "rules": vector["rules"] ?? .null,
            ])
            try await sandbox.ask("POST", "/sandbox/offers", offer.written)
            for question in vector["asked"]?.list ?? []
            where question.object?["activated"] == nil && question.object?["usesLeft"] == nil {
                asked.append((id, try vector.text("name"), try question.instant("at"), question))
            }
        }
        asked.sort { $0.at < $1.at }
        #expect(asked.count > 20)
        let clock = StoppedClock(asked[0].at - 60)
        try await set(clock, to: clock.now)
        let phone = try Phone(sandbox.url, clock: clock)
        let app = try await phone.open()
        try await app.signIn(Sandbox.clara, at: sandbox)
        try await sandbox.cutOff()
        for (offer, name, at, vector) in asked {
            clock.now = at
            let query = OffersQuery(
                channel: try vector.text("channel") == "online" ? .online : .store,
                store: vector["store"]?.int.flatMap { stores[$0] }, payment: vector["payment"]?.text, othersToo: true)
            let shown = try await wait(name, app.offer(.offer(id: offer), in: query))
            let answer = try vector.text("answer")
            #expect(shown?.offer.applies.word == answer, "\(name): \(vector.written)")
        }
    }
}

/// A clock that stands still until the test sets it.
private final class StoppedClock: Pocketcard.Clock {
    private let start: Date
    private let instant: Locked<Date>

    init(_ now: Date) {
        start = now
        instant = Locked(now)
    }

    var now: Date {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }

    func read() -> ClockReading {
        let now = now
        return ClockReading(wall: now, sinceBoot: 86_400 + now.timeIntervalSince(start), boot: "1")
    }
}

extension JSON {
    fileprivate func text(_ key: String) throws -> String { try #require(self[key]?.text, "no \(key) in \(written)") }

    fileprivate func instant(_ key: String) throws -> Date { try Date(try text(key), strategy: .iso8601) }

    /// An instant as ISO 8601 has it, nil where there is none.
    fileprivate var instant: Date? {
        get throws { try text.map { try Date($0, strategy: .iso8601) } }
    }

    /// The text, or the number as one.
    fileprivate var asText: String? { text ?? number.map { "\($0)" } }
}

/// A case of the core as the vectors name it.
private protocol Named {
    static var all: [Self] { get }
}
extension Named {
    fileprivate static func named(_ name: String) -> Self? { all.first { "\($0)" == name } }
}
extension PushIgnored: Named {
    fileprivate static let all: [PushIgnored] = [
        .unreadable, .wrongPayload, .foreignLink, .expired, .duplicate, .stale, .signedOut, .otherMember,
    ]
}
extension NotificationChannel: Named {
    fileprivate static let all: [NotificationChannel] = [.offers, .balance, .tasks, .messages]
}

extension Applies {
    /// As the vectors name it.
    fileprivate var word: String {
        func clock(_ minute: UInt16) -> String { String(format: "%02d:%02d", minute / 60, minute % 60) }
        switch self {
        case .yes: return "yes"
        case .notAsked: return "not asked"
        case .no(.storeLacks(let attribute)): return "storeLacks \(attribute)"
        case .no(.otherTime(let from, let to)): return "otherTime \(clock(from))-\(clock(to))"
        case .no(.notYet(let from)): return "notYet \(from.formatted(.iso8601))"
        case .no(let why): return "\(why)"
        }
    }
}
