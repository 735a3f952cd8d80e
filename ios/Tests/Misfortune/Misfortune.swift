import Foundation
import Pocketcard

/// What `BadInputTests` has done in a process of its own: what a process meets once, or does not outlive.
///
/// Run as `Misfortune open|track FOLDER`. Prints what went wrong.
@main enum Misfortune {
    @MainActor static func main() async {
        let config = Config(
            platformUrl: "http://127.0.0.1:9", dataFolder: CommandLine.arguments[2], appName: "Tests", appVersion: "1",
            platformType: .ios, platformVersion: "18", locale: "en", timeZone: "Europe/Berlin")
        let open = { try await Pocketcard.open(config: config, host: Pocketcard.Host(secrets: NoSecrets())) }
        switch CommandLine.arguments[1] {
        case "open":
            for _ in 1...2 { await say { _ = try await open() } }
        default:
            await say {
                let app = try await open()
                await say {
                    for _ in 1...20_000 {
                        let text = String(repeating: "x", count: 100)
                        try await app.track(.searchStores(text: text, filters: Array(repeating: "filter", count: 20)))
                    }
                }
                _ = try app.currentCard()
                print("the card is still shown")
            }
        }
    }

    @MainActor private static func say(_ act: @MainActor () async throws -> Void) async {
        do { try await act() } catch {
            let said = error as? any LocalizedError
            print(error, said?.errorDescription ?? "", said?.recoverySuggestion ?? "", separator: " | ")
        }
    }
}

/// Forgets.
private final class NoSecrets: SecretStore {
    func get(key: String) -> Data? { nil }
    func put(key: String, value: Data) {}
    func remove(key: String) {}
}
