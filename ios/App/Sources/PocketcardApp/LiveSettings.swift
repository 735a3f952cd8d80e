import Pocketcard
import PocketcardUI
import SwiftUI

/// Consents, language, what waits to be sent; signing out and leaving for good.
struct LiveSettings: View {
    @Environment(\.words) private var words
    let model: MemberModel

    private var core: Pocketcard { model.core }

    var body: some View {
        SettingsScreen(
            session: core.session.view, consents: core.consents.view, outbox: core.outbox.view,
            about: About(version: model.device.appVersion, device: model.device.name, language: words.own("language")),
            changing: model.changing.now, failure: model.acts.failure, isBusy: model.acts.isBusy, onEvent: act)
    }

    private func act(_ event: SettingsEvent) {
        switch event {
        case .setConsent(let consent, let granted): model.change(consent, granted: granted)
        case .openLanguage:
            model.acts.act { if await !model.device.openSettings() { model.acts.fail(.noApp) } }
        case .signIn: model.open(.signIn)
        case .signOut:
            model.acts.ask {
                try await core.signOut()
                model.left()
            }
        case .requestDeletion: model.acts.ask { try await core.requestDeletion() }
        case .confirmDeletion(let code, let reason):
            model.acts.ask {
                try await core.confirmDeletion(code: code, reason: reason)
                model.left()
            }
        case .keepAccount: model.acts.ask { try await core.leaveStep() }
        case .refresh: model.refreshNow()
        }
    }
}
