import Pocketcard
import PocketcardUI
import SwiftUI

/// The card.
struct LiveCard: View {
    let model: MemberModel

    var body: some View {
        let core = model.core
        CardScreen(card: core.card.view, balance: core.balance.view, session: core.session.view) { event in
            switch event {
            case .codeShown(let kind):
                model.device.codeIsShown(true)
                model.acts.act { try await core.track(.cardShown(code: kind.activity)) }
            case .codeHidden: model.device.codeIsShown(false)
            case .issueCard: model.acts.ask { try await core.issueVirtualCard() }
            case .signIn: model.open(.signIn)
            case .linkCard: model.open(.linkCard)
            case .openBalance: model.open(.balance)
            case .refresh: model.refreshNow()
            }
        }
    }
}

/// The number of a plastic card.
struct LiveLinkCard: View {
    let model: MemberModel

    var body: some View {
        LinkCardScreen(
            failure: model.acts.failure, isBusy: model.acts.isBusy, scanned: model.scanned,
            canScan: model.device.canScan
        ) { event in
            switch event {
            case .link(let number, let password):
                model.acts.ask {
                    try await model.core.linkCard(number: number, password: password)
                    model.leave(.linkCard)
                }
            case .scan: model.open(.scanCard)
            }
        }
    }
}

/// What stands behind the last tab.
struct LiveMore: View {
    let model: MemberModel

    var body: some View {
        MoreScreen(balance: model.core.balance.view, unread: Int(model.core.inbox.view.unread)) {
            model.open($0.place)
        }
    }
}

/// The accounts and the tier.
struct LiveBalance: View {
    let model: MemberModel

    var body: some View {
        BalanceScreen(balance: model.core.balance.view, isSignedIn: model.hasMember) { event in
            switch event {
            case .openHistory: model.open(.history)
            case .signIn: model.open(.signIn)
            case .refresh: model.refreshNow()
            }
        }
    }
}

/// What happened on the accounts.
struct LiveHistory: View {
    @State private var filter = HistoryFilter.all
    // What another filter lets through stays until this one's is there.
    @State private var history: HistoryView?
    let model: MemberModel

    private var core: Pocketcard { model.core }

    var body: some View {
        Once(history ?? (filter == .all ? core.history.view : nil)) { shown in
            HistoryScreen(history: shown, filter: filter, isSignedIn: model.hasMember) { event in
                switch event {
                case .filter(let chosen): filter = chosen
                case .more: model.acts.act { [filter] in try await core.loadMore(filter) }
                case .signIn: model.open(.signIn)
                case .refresh: model.refreshNow()
                }
            }
        }
        .task(id: filter) { await model.acts.follow(core.history(filter)) { history = $0 } }
    }
}

extension Pocketcard {
    /// Fetches pages until `filter` lets some of one through: the screen asks once for each end that it comes to.
    fileprivate func loadMore(_ filter: HistoryFilter) async throws {
        let before = try await now(history(filter))?.entries.count ?? 0
        while true {
            try await loadHistory()
            guard let after = try await now(history(filter)), after.more, after.entries.count == before else { return }
        }
    }

    private func now(_ views: AsyncThrowingStream<HistoryView, any Error>) async throws -> HistoryView? {
        for try await view in views { return view }
        return nil
    }
}

extension CodeKind {
    /// As the catalogue of activities has it.
    fileprivate var activity: String {
        switch self {
        case .rotating: "rotating"
        case .issued: "issued"
        case .static: "static"
        case .numberOnly: "number"
        }
    }
}
