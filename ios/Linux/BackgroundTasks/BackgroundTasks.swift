// A stand-in for the part of BackgroundTasks that PocketcardApple uses, for Linux alone; never shipped. After Apple's
// documentation.
import Dispatch
import Foundation

open class BGTask: NSObject {
    open var expirationHandler: (() -> Void)?

    /// How it was said to have ended.
    package let completed = AsyncStream<Bool>.makeStream()

    open func setTaskCompleted(success: Bool) {
        completed.continuation.yield(success)
        completed.continuation.finish()
    }
}

open class BGTaskRequest: NSObject {
    public let identifier: String
    open var earliestBeginDate: Date?

    init(identifier: String) { self.identifier = identifier }
}

open class BGAppRefreshTaskRequest: BGTaskRequest {
    override public init(identifier: String) { super.init(identifier: identifier) }
}

open class BGTaskScheduler: NSObject, @unchecked Sendable {
    public static let shared = BGTaskScheduler()

    private let lock = NSLock()
    private var handlers: [String: (BGTask) -> Void] = [:]
    private var requests: [String: BGTaskRequest] = [:]

    @discardableResult
    open func register(
        forTaskWithIdentifier identifier: String, using queue: DispatchQueue?,
        launchHandler: @escaping (BGTask) -> Void
    ) -> Bool {
        lock.withLock { handlers.updateValue(launchHandler, forKey: identifier) == nil }
    }

    open func submit(_ taskRequest: BGTaskRequest) throws {
        lock.withLock { requests[taskRequest.identifier] = taskRequest }
    }

    /// When a task is to be run, at the earliest.
    package func due(_ identifier: String) -> Date? { lock.withLock { requests[identifier]?.earliestBeginDate } }

    /// It is time.
    package func launch(_ identifier: String, _ task: BGTask) { lock.withLock { handlers[identifier] }?(task) }
}
