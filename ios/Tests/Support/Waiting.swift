import Foundation
import Pocketcard

/// How long a test waits for what must happen, in seconds. Never the time that it takes when all is well.
package let patience: TimeInterval = 20

package struct WaitedInVain: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// What there has to be; fails the test where it is not there.
package func required<Value>(_ value: Value?, _ what: String) throws -> Value {
    guard let value else { throw WaitedInVain(what) }
    return value
}

/// The first view of a screen that `isMeant` looks for; fails the test where it does not come.
@MainActor @discardableResult
package func wait<View>(_ what: String, _ model: ScreenModel<View>, _ isMeant: (View) -> Bool) async throws -> View {
    let end = Date() + patience
    while !isMeant(model.view) {
        if Date() > end { throw WaitedInVain("\(what); the last was \(model.view)") }
        try await Task.sleep(for: .milliseconds(5))
    }
    return model.view
}

/// The first value of a sequence that `isMeant` looks for.
@discardableResult
package func wait<Value: Sendable>(
    _ what: String, _ values: AsyncThrowingStream<Value, any Error>,
    _ isMeant: @escaping @Sendable (Value) -> Bool = { _ in true }
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask {
            for try await value in values where isMeant(value) { return value }
            throw WaitedInVain("\(what): it ended before")
        }
        group.addTask {
            try await Task.sleep(for: .seconds(patience))
            throw WaitedInVain(what)
        }
        defer { group.cancelAll() }
        return try required(try await group.next(), what)
    }
}

/// What `act` throws, where that is an error of ours.
package func thrown(isolation: isolated (any Actor)? = #isolation, by act: () async throws -> Void) async
    -> PocketcardError?
{
    do { try await act() } catch { return error as? PocketcardError }
    return nil
}

extension Pocketcard {
    /// The card, once it can be shown.
    @MainActor package func aCard() async throws -> (code: CardCode, number: String) {
        let view = try await wait("a card", card) { if case .ready = $0 { true } else { false } }
        guard case .ready(let code, let number, _, _, _) = view else { throw WaitedInVain("a card") }
        return (code, number)
    }
}
