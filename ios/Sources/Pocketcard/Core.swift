import Foundation

/// The generated object, and the one observer that it has: what `Pocketcard` is made from.
///
/// Owns when a view is pulled and on which thread, and what happens when it is closed. What a view says is the core's.
final class Core: Sendable {
    private let open: Locked<(loyalty: Loyalty, subscription: Subscription)?>
    private let host: Pocketcard.Host
    private let changes = Changes()

    init(_ loyalty: Loyalty, host: Pocketcard.Host) {
        open = Locked((loyalty, loyalty.subscribe(observer: changes)))
        self.host = host
    }

    /// Does something in the core, off the caller's actor; its error is mapped once.
    ///
    /// A cancelled caller stops waiting; what was begun is finished, as the core does not learn of it.
    func act<Value: Sendable>(_ act: @escaping @Sendable (Loyalty) async throws -> Value) async throws -> Value {
        let loyalty = try opened()
        let waiter = Waiter<Value>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard waiter.wait(continuation) else { return }
                Task {
                    do { waiter.end(.success(try await act(loyalty))) } catch {
                        waiter.end(.failure(PocketcardError(error)))
                    }
                }
            }
        } onCancel: {
            waiter.end(.failure(CancellationError()))
        }
    }

    /// The same on the caller's thread, for what neither waits nor takes long.
    func now<Value>(_ act: (Loyalty) throws -> Value) throws -> Value {
        let loyalty = try opened()
        do { return try act(loyalty) } catch { throw PocketcardError(error) }
    }

    /// A view now, whenever one of `screens` changed, and when it changes by itself `at` an instant of the phone's clock.
    ///
    /// Pulled one after the other: changes that come while it is pulled are one more pull, and a slow reader finds the
    /// newest. One that `isDrawnAs` the last is not handed on. Ends when the core is closed.
    func shown<View: Equatable & Sendable>(
        _ screens: Set<Screen>, at: @escaping @Sendable (View) -> Date? = { _ in nil },
        isDrawnAs: @escaping @Sendable (View, View) -> Bool = { $0 == $1 },
        pull: @escaping @Sendable (Loyalty) async throws -> View
    ) -> AsyncThrowingStream<View, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            guard !isClosed else { return continuation.finish(throwing: PocketcardError.closed) }
            // It listens before it pulls: nothing is missed in between.
            let (touches, touch) = changes.listen(to: screens)
            let following = Task.detached { [self] in
                var alarm: Task<Void, Never>?
                defer { alarm?.cancel() }
                do {
                    var last: View?
                    for await _ in touches {
                        let view = try await pull(opened())
                        if last.map({ isDrawnAs(view, $0) }) != true {
                            continuation.yield(view)
                            last = view
                        }
                        alarm?.cancel()
                        alarm = at(view).map { instant in
                            Task { [left = left(until: instant)] in
                                do { try await Task.sleep(for: .seconds(left)) } catch { return }
                                touch.yield()
                            }
                        }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: isClosed ? nil : PocketcardError(error))
                }
            }
            continuation.onTermination = { _ in
                following.cancel()
                touch.finish()
            }
        }
    }

    /// The same with its first value, for a screen that an app keeps.
    func state<View: Equatable & Sendable>(
        _ screen: Screen, at: @escaping @Sendable (View) -> Date? = { _ in nil },
        isDrawnAs: @escaping @Sendable (View, View) -> Bool = { $0 == $1 },
        pull: @escaping @Sendable (Loyalty) throws -> View
    ) async throws -> State<View> {
        let views = shown([screen], at: at, isDrawnAs: isDrawnAs, pull: pull)
        for try await view in views { return State(view: view, views: views) }
        try Task.checkCancellation()
        throw PocketcardError.closed
    }

    /// A view, and those that come after it.
    struct State<View: Sendable>: Sendable {
        let view: View
        let views: AsyncThrowingStream<View, any Error>
    }

    /// Has every view pulled again: time may have passed that this process did not see.
    func touchAll() { changes.touch { _ in true } }

    /// Calls that are under way end as they would have; what comes later gets ``PocketcardError/closed``.
    func close() {
        // Let go of outside of the lock.
        let last = open.withLock { open in
            defer { open = nil }
            return open
        }
        if last != nil { changes.finish() }
    }

    private var isClosed: Bool { open.withLock { $0 == nil } }

    private func opened() throws -> Loyalty {
        guard let loyalty = open.withLock({ $0?.loyalty }) else { throw PocketcardError.closed }
        return loyalty
    }

    /// Seconds until an instant. What should have changed already is looked at again in a second.
    private func left(until instant: Date) -> TimeInterval {
        let left = instant.timeIntervalSince(host.clock?.read().wall ?? Date())
        return left > 0 ? left : 1
    }
}

/// Who is told that screens changed.
private final class Changes: Observer {
    private struct Listeners {
        var next = 0
        var all: [Int: (screens: Set<Screen>, touch: AsyncStream<Void>.Continuation)] = [:]
        var isFinished = false
    }

    private let listeners = Locked(Listeners())

    func changed(screens: [Screen]) { touch { !$0.isDisjoint(with: screens) } }

    func touch(_ isMeant: (Set<Screen>) -> Bool) {
        for listener in listeners.withLock({ $0.all.values.filter { isMeant($0.screens) } }) { listener.touch.yield() }
    }

    /// A first touch, and one for each change after it; those that nobody waited for are one.
    func listen(to screens: Set<Screen>) -> (AsyncStream<Void>, AsyncStream<Void>.Continuation) {
        let (touches, touch) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners -> Int? in
            guard !listeners.isFinished else { return nil }
            listeners.next += 1
            listeners.all[listeners.next] = (screens, touch)
            return listeners.next
        }
        touch.yield()
        guard let number else {
            touch.finish()
            return (touches, touch)
        }
        touch.onTermination = { [listeners] _ in
            listeners.withLock { $0.all[number] = nil }
        }
        return (touches, touch)
    }

    func finish() {
        let all = listeners.withLock { listeners in
            listeners.isFinished = true
            return Array(listeners.all.values)
        }
        for listener in all { listener.touch.finish() }
    }
}

/// One caller that waits for an act, until that ends or the caller is cancelled, whichever is first.
private final class Waiter<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waits(CheckedContinuation<Value, any Error>)
        case ended
    }

    private let state = Locked(State.idle)

    /// False where the caller was cancelled before it waited: then nothing is to be begun.
    func wait(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let waits = state.withLock { state in
            guard case .idle = state else { return false }
            state = .waits(continuation)
            return true
        }
        if !waits { continuation.resume(throwing: CancellationError()) }
        return waits
    }

    func end(_ outcome: Result<Value, any Error>) {
        let before = state.withLock { state in
            defer { state = .ended }
            return state
        }
        if case .waits(let continuation) = before { continuation.resume(with: outcome) }
    }
}

/// A value behind a lock. `Mutex` of the standard library asks for iOS 18.
package final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    package init(_ value: Value) { self.value = value }

    package func withLock<Result>(_ act: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try act(&value)
    }
}
