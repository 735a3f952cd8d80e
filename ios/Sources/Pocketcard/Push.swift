import Foundation

extension Push {
    /// What iOS hands to the app, or to its notification service extension, as `userInfo`, whatever that is.
    ///
    /// What JSON cannot say is left out; the core looks at the rest.
    public init(userInfo: [AnyHashable: Any]) {
        var payload: [String: Any] = [:]
        // Asked of each entry: JSONSerialization ends the process over what it cannot write.
        for case (let key as String, let value) in userInfo where JSONSerialization.isValidJSONObject([key: value]) {
            payload[key] = value
        }
        let json = try? JSONSerialization.data(withJSONObject: payload)
        self = .userInfo(json: json.map { String(decoding: $0, as: UTF8.self) } ?? "{}")
    }
}
