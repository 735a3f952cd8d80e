import Observation
import Pocketcard
import PocketcardUI

/// What the member asked for, and what kept it from happening.
@MainActor @Observable final class Acts {
    /// Why the last thing that the member asked for did not happen, until they read it or go elsewhere.
    private(set) var failure: Failure?

    /// What the member handed in is on its way; nothing else can be handed in.
    private(set) var isBusy = false

    /// Says why something did not happen.
    func fail(_ failure: Failure) { self.failure = failure }

    /// The member has read it.
    func failureRead() { failure = nil }

    /// Does something; what keeps it from happening is said. Whoever only stopped waiting for it is told nothing.
    func attempt(_ what: @MainActor () async throws -> Void) async {
        do { try await what() } catch let error as PocketcardError { fail(Failure(error)) } catch {}
    }

    /// Does something beside whatever else is done.
    func act(_ what: @escaping @MainActor () async throws -> Void) { Task { await attempt(what) } }

    /// Hands something in, one at a time.
    func ask(_ what: @escaping @MainActor () async throws -> Void) {
        if isBusy { return }
        isBusy = true
        failureRead()
        act { [self] in
            defer { isBusy = false }
            try await what()
        }
    }

    /// Follows what a screen asks for until that goes; what keeps it from an answer is said.
    func follow<Value: Sendable>(
        _ values: AsyncThrowingStream<Value, any Error>, _ show: @MainActor (Value) -> Void
    ) async {
        await attempt { for try await value in values { show(value) } }
    }
}

/// Acts of one kind that are under way beside one another, each once: the screen shows which.
@MainActor @Observable final class UnderWay<Which: Hashable & Sendable> {
    private(set) var now: Set<Which> = []
    @ObservationIgnored private let acts: Acts

    init(_ acts: Acts) { self.acts = acts }

    /// Does `what` about `which`, unless that is under way.
    func act(_ which: Which, _ what: @escaping @MainActor () async throws -> Void) {
        guard now.insert(which).inserted else { return }
        acts.failureRead()
        acts.act { [self] in
            defer { now.remove(which) }
            try await what()
        }
    }
}
