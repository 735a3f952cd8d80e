package app.pocketcard

import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.Sandbox.Companion.ANNA
import app.pocketcard.testing.Sandbox.Companion.BORIS
import app.pocketcard.testing.signIn
import kotlinx.coroutines.flow.first
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.TestInstance
import java.math.BigDecimal
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds

/** Each method of the boundary against a real platform, through the facade. What each means is tested where the core is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoundaryTest {
    private val sandbox = Sandbox()
    private val spy = Spy()

    @AfterAll
    fun `every method of the boundary was called, and the sandbox ends`() {
        sandbox.close()
        val boundary = LoyaltyInterface::class.java.methods.map { it.name.substringBefore('-') }.toSet()
        assertEquals(emptySet(), boundary - spy.calls.map { it.method }.toSet(), "no test of this class calls these")
    }

    private fun onPhone(test: suspend (Pocketcard) -> Unit) = phoneTest {
        Phone(sandbox.url).use { phone -> spy.open(phone).use { test(it) } }
    }

    private fun asAnna(test: suspend (Pocketcard) -> Unit) = onPhone {
        it.signIn(sandbox, ANNA)
        test(it)
    }

    @Test
    fun `a member signs in, a till takes the card, and what they have is there`() = onPhone { app ->
        assertEquals(SessionView.SignedOut(null), app.session.value)
        assertIs<CardView.NoCard>(app.card.value)
        app.signIn(ANNA)
        app.session.await("a code is asked for") { (it as? SessionView.SignedOut)?.step is PendingStep.SignInCode }
        app.resendCode()
        app.confirmCode(sandbox.smsCode(ANNA))
        app.session.await("Anna is there") { (it as? SessionView.SignedIn)?.member?.firstName == "Anna" }
        assertEquals(emptyList(), app.refresh().stale)

        val card = assertIs<CardView.Ready>(app.card.await("the card") { it is CardView.Ready })
        sandbox.scan(card.code.text)
        assertEquals(card.number, assertIs<CardView.Ready>(app.currentCard()).number)
        val symbol = assertNotNull(card.code.symbol)
        assertEquals(((symbol.width + 7u) / 8u * symbol.height).toInt(), symbol.bits.size)

        val balance = app.balance.await("points") { it.accounts.isNotEmpty() }
        assertTrue(balance.accounts.first().available > BigDecimal.ZERO)
        app.loadHistory()
        val all = app.history.await("a history") { it.entries.isNotEmpty() }
        val purchases = app.history(HistoryFilter.PURCHASES).await("purchases") { it.entries.isNotEmpty() }
        assertTrue(
            purchases.entries.all { it.what is HistoryWhat.Purchase } && all.entries.size > purchases.entries.size,
        )

        app.signOut()
        app.session.await("nobody is there") { it == SessionView.SignedOut(null) }
        app.history.await("nothing is left") { it.entries.isEmpty() }
    }

    @Test
    fun `a registration asks step by step`() = onPhone { app ->
        val number = "+491713920098"
        app.register(number)
        var steps = 0
        while (true) {
            val session = app.session.await("it goes on") { it is SessionView.SignedIn || it.asked != null }
            val registration = session.asked ?: break
            assertTrue(++steps < 12, "the registration goes in circles: $registration")
            if (registration.phoneCode != null) {
                app.confirmCode(sandbox.smsCode(number))
            } else {
                val open = registration.actions.first { it.required && !it.done }
                app.registrationStep(
                    when (open.kind) {
                        is RegistrationActionKind.AcceptTerms -> RegistrationStep.AcceptTerms
                        is RegistrationActionKind.ChangePhone -> RegistrationStep.Phone(number)
                        is RegistrationActionKind.Questions -> RegistrationStep.Answers(answers(app.questions()))
                        else -> RegistrationStep.TakeVirtualCard
                    },
                )
            }
            app.session.await("the step is done") { it != session }
        }
        app.answer(answers(app.questions()))
    }

    private val SessionView.asked: PendingStep.Registration?
        get() = (this as? SessionView.SignedOut)?.step as? PendingStep.Registration

    private fun answers(questions: List<Question>) = questions.map {
        // A date is a text as good as any.
        val text = "1990-05-04".takeIf { _ -> it.options.isEmpty() }
        Answer(it.id, it.group, text, it.options.take(1).map(QuestionOption::id))
    }

    @Test
    fun `a password is set anew, and a step can be left`() = onPhone { app ->
        app.resetPassword(BORIS)
        app.leaveStep()
        app.session.await("the step is left") { it == SessionView.SignedOut(null) }
        app.resetPassword(BORIS)
        app.setNewPassword(sandbox.smsCode(BORIS), "battery staple 7")
        app.signOut()
        app.signIn(BORIS, "battery staple 7")
        app.session.await("Boris is there") { it is SessionView.SignedIn }
    }

    @Test
    fun `a plastic card is linked, a virtual one issued`() = onPhone { app ->
        val plastic = sandbox.ask("POST", "/sandbox/cards", """{"pin": "4711"}""").jsonObject
        val number = plastic.getValue("number").jsonPrimitive.content
        for ((phone, take) in mapOf<String, suspend () -> Unit>(
            "+491713920050" to { app.linkCard(number, "4711") },
            "+491713920051" to { app.issueVirtualCard() },
        )) {
            sandbox.ask("POST", "/sandbox/members", """{"phone": "$phone", "withoutCard": true}""")
            app.signIn(sandbox, phone)
            app.card.await("no card yet") { it is CardView.NoCard && it.canIssue }
            take()
            app.card.await("a card") { it is CardView.Ready }
            app.signOut()
        }
    }

    @Test
    fun `a member leaves the programme`() = onPhone { app ->
        sandbox.member("+491713920052")
        app.signIn(sandbox, "+491713920052")
        app.requestDeletion()
        app.session.await("a code is asked for") { (it as? SessionView.SignedIn)?.deletionCode != null }
        app.confirmDeletion(sandbox.smsCode("+491713920052"), "moving away")
        app.session.await("nobody is there") { it is SessionView.SignedOut }
    }

    @Test
    fun `offers are found and activated, favourites chosen`() = asAnna { app ->
        val offers = app.offers.await("offers") { it.offers.isNotEmpty() }
        val online = app.offers(OffersQuery(channel = Channel.ONLINE)).first()
        assertTrue(online.offers.isNotEmpty() && online.offers.none { it.applies == Applies.NotAsked })
        val chosen = offers.offers.first { it.state == OfferState.Activate }
        val id = assertIs<OfferId.Offer>(chosen.id)
        assertEquals(chosen.title, app.offer(id).first()?.offer?.title)
        app.activateOffer(id.id)
        app.offer(id).await("it is active") { it?.offer?.state == OfferState.Active }
        assertNull(app.offer(OfferId.Coupon(987_654)).first())

        val period = app.favourites.await("favourites") { it.periods.isNotEmpty() }.periods.first()
        val cell = period.cells.first { it.change == CellChange.Allowed }
        app.chooseFavourite(period.id, cell.position, period.choices.first().id)
        app.favourites.await("the choice") { view ->
            view.periods.first().cells.any { it.position == cell.position && it.goods == period.choices.first() }
        }
    }

    @Test
    fun `tasks are taken, answered and celebrated, a game is played`() = asAnna { app ->
        app.setOptedIn("healthy-marathon", true)
        val task = app.tasks.await("the questionnaire") { it.task("questionnaire") != null }.task("questionnaire")!!
        val answers = task.questions.map { TaskAnswer(it.id, it.options.firstOrNull()?.id?.toString() ?: "5") }
        app.keepAnswers(task.id, answers.take(1))
        app.tasks.await("the answer is kept") { it.task(task.id)?.questions?.first()?.value == answers.first().value }
        app.answerTask(task.id, answers)
        app.track(Activity.StoreViewed(1))
        app.flush(10.seconds)
        app.refresh()
        val done = app.tasks.await("something to celebrate") { it.celebrations.isNotEmpty() }
        app.celebrated(done.celebrations.map(Celebration::task))
        app.tasks.await("celebrated") { it.celebrations.isEmpty() }
        val game = app.tasks.await("a play") { view -> view.games.any { it.playsLeft > 0u } }.games.first {
            it.playsLeft >
                0u
        }
        assertTrue(app.play(game.id).outcome.isNotEmpty())
    }

    private fun TasksView.task(id: String) = tasks.firstOrNull { it.id == id }

    @Test
    fun `stores are found, liked and asked for goods`() = asAnna { app ->
        val near = StoresQuery(place = StoresPlace.Near(Position(52.52, 13.41), null))
        val stores = app.stores(near).await("stores") { it.stores.isNotEmpty() }.stores
        assertEquals(stores.map(StoreRow::distanceMeters), stores.map(StoreRow::distanceMeters).sortedBy { it })
        val id = stores.first().id
        app.setFavouriteStore(id, true)
        app.store(id).await("it is liked") { it?.store?.favourite == true }
        app.setCurrentStore(id)
        app.store(id).await("the member is in it") { it?.current == true }
        assertNull(app.store(987_654).first())
        val goods = app.findGoods("coffee").goods.first()
        sandbox.ask("PUT", "/sandbox/stores/$id/stock", """{"goodsId": "${goods.id}", "count": 3}""")
        assertTrue(app.checkStock(goods, near).stores.any { it.store.id == id })
        assertEquals(5, app.storesToWatch(Position(52.52, 13.41), 5u).size)
        val wrong = StoresQuery(limit = 0u)
        assertFailsWith<PocketcardException.Rejected> { app.stores(wrong).first() }
    }

    @Test
    fun `pushes, messages and consents`() = asAnna { app ->
        app.setPushToken("token-of-this-phone", PushService.FCM)
        app.setInstallReferrer("utm_source=till")
        val data = mapOf("message_id" to "m-1", "title" to "Hello", "body" to "There", "kind" to "message")
        val outcome = assertIs<PushOutcome.Taken>(app.receivePush(Push.Data(data)))
        assertEquals("Hello", outcome.notification?.title)
        assertEquals(PushOutcome.Ignored(PushIgnored.DUPLICATE), app.receivePush(Push.Data(data)))
        app.inbox.await("the message") { view -> view.messages.any { it.title == "Hello" } }
        app.pushOpened("m-1")
        app.loadInbox()
        app.readMessages()
        app.inbox.await("all are read") { it.unread == 0u }

        val consents = app.consents.await("consents") { it.consents.isNotEmpty() }.consents
        val (kind, channel) = consents.firstNotNullOf { consent ->
            consent.channels.firstOrNull { !it.readOnly }?.let { consent.kind to it }
        }
        app.setConsent(kind, channel.way, !channel.granted)
        app.consents.await("the consent is changed") { view ->
            view.consents.first { it.kind == kind }.channels.first { it.way == channel.way }.granted != channel.granted
        }
    }

    @Test
    fun `what the app does is told, and a link leads to a screen or nowhere`() = asAnna { app ->
        app.setActive(true)
        assertEquals(Route.Offer(7), app.openLink("pocketcard://offers/7"))
        assertNull(app.openLink("https://stranger.example/offers/7"))
        val fields = mapOf("sum" to FieldValue.Number(BigDecimal("12.50")))
        app.track(Activity.Custom("basket.opened", fields))
        app.flush(10.seconds)
        app.outbox.await("all is sent") { it.queued == 0u && it.sent > 0uL }
        app.setActive(false)
    }
}
