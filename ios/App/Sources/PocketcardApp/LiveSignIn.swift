import Pocketcard
import PocketcardUI
import SwiftUI

/// The way in. Gone from as soon as the member is signed in.
struct LiveSignIn: View {
    @State private var questions: [Question] = []
    let model: MemberModel

    private struct Asking: Equatable {
        let isAsked: Bool
        let isRefreshing: Bool
    }

    var body: some View {
        let session = model.core.session.view
        // Of the programme's questionnaire, once the registration asks for it; asked for again by a pull.
        let asking = Asking(isAsked: session.asksQuestions, isRefreshing: model.isRefreshing)
        SignInScreen(
            session: session, options: model.brand.signInOptions(canScan: model.device.canScan),
            failure: model.acts.failure, isBusy: model.acts.isBusy, questions: questions, scanned: model.scanned,
            onEvent: act
        )
        .task(id: asking) {
            guard asking.isAsked, !asking.isRefreshing else { return }
            await model.acts.attempt { questions = try await model.core.questions() }
        }
        .onChange(of: session.isSignedIn, initial: true) { _, isSignedIn in
            if isSignedIn { model.leave(.signIn) }
        }
    }

    private func act(_ event: SignInEvent) {
        let core = model.core
        switch event {
        case .signIn(let login, let password): model.acts.ask { try await core.signIn(login, password: password) }
        case .register(let login, let password): model.acts.ask { try await core.register(login, password: password) }
        case .confirmCode(let code): model.acts.ask { try await core.confirmCode(code) }
        case .resendCode: model.acts.ask { try await core.resendCode() }
        case .leave: model.acts.ask { try await core.leaveStep() }
        case .step(let step): model.acts.ask { try await core.registrationStep(step) }
        case .resetPassword(let login): model.acts.ask { try await core.resetPassword(login) }
        case .newPassword(let code, let password):
            model.acts.ask { try await core.setNewPassword(password, code: code) }
        case .openTerms: model.show(model.brand.terms)
        case .scanCard: model.open(.scanCard)
        }
    }
}

extension SessionView {
    fileprivate var isSignedIn: Bool { if case .signedIn = self { true } else { false } }

    fileprivate var asksQuestions: Bool {
        switch self {
        case .signedOut(.registration(let actions, _, _)?), .signInAgain(_, .registration(let actions, _, _)?):
            actions.contains { $0.kind == .questions && !$0.done }
        default: false
        }
    }
}
