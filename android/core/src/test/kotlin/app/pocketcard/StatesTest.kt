package app.pocketcard

import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.Sandbox.Companion.ANNA
import app.pocketcard.testing.Sandbox.Companion.CLARA
import app.pocketcard.testing.signIn
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.TestInstance
import java.time.Duration
import java.time.Instant
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** When a view is pulled, on which thread, and when nothing is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatesTest {
    private val sandbox = Sandbox(stores = 3)

    @AfterAll
    fun end() = sandbox.close()

    private fun onPhone(clock: Clock? = null, test: suspend (Phone) -> Unit) = phoneTest {
        Phone(sandbox.url, clock).use { test(it) }
    }

    @Test
    fun `what was there is shown at once, without a network, when the app is opened again`() = onPhone { phone ->
        val (card, balance) = phone.open().use { app ->
            app.signIn(sandbox, ANNA)
            app.card.await("the card") { it is CardView.Ready }
            app.card.value to app.balance.await("points") { it.accounts.isNotEmpty() }.accounts
        }
        sandbox.cutOff()
        phone.open().use { app ->
            assertEquals(assertIs<CardView.Ready>(card).number, assertIs<CardView.Ready>(app.card.value).number)
            assertEquals(balance, app.balance.value.accounts)
            assertIs<SessionView.SignedIn>(app.session.value)
        }
        sandbox.heal()
    }

    @Test
    fun `only the screen that changed is pulled, and never on the caller's thread`() = onPhone { phone ->
        val spy = Spy()
        spy.open(phone).use { app ->
            app.signIn(sandbox, CLARA)
            app.flush(10.seconds)
            settled(spy)
            val before = spy.calls.groupingBy(Call::method).eachCount()
            app.track(Activity.StoreViewed(1))
            app.outbox.await("it waits") { it.queued > 0u }
            settled(spy)
            val pulled = VIEWS.filter { spy.count(it) > (before[it] ?: 0) }
            assertTrue("outbox" in pulled && "tasks" in pulled, "$pulled")
            assertEquals(
                emptyList(),
                pulled - setOf("outbox", "tasks", "balance"),
                "a store that was looked at is no other's",
            )
            val main = Thread.currentThread().name
            assertEquals(emptyList(), spy.calls.filter { it.method in VIEWS && it.thread == main })
        }
    }

    /** Waits until no view is being pulled any more. */
    private suspend fun settled(spy: Spy) {
        do {
            val before = spy.calls.size
            delay(300.milliseconds)
        } while (spy.calls.size != before)
    }

    @Test
    fun `changes that come together are pulled together, and the last is not missed`() = onPhone { phone ->
        val spy = Spy()
        spy.open(phone).use { app ->
            settled(spy)
            val before = spy.count("outbox")
            coroutineScope { repeat(200) { launch(Dispatchers.IO) { app.track(Activity.StoreViewed(1)) } } }
            app.outbox.await("all are there") { it.queued + it.sent.toUInt() >= 200u }
            val pulls = spy.count("outbox") - before
            assertTrue(pulls < 200, "$pulls pulls for 200 changes")
        }
    }

    @Test
    fun `a card that is pulled again is equal to itself, so nothing is drawn anew`() = onPhone { phone ->
        phone.open().use { app ->
            app.signIn(sandbox, ANNA)
            val card = app.card.await("the code") { it is CardView.Ready && it.code.symbol != null }
            val seen = ArrayList<CardView>()
            coroutineScope {
                val screen = launch(Dispatchers.Unconfined) { app.card.toList(seen) }
                repeat(3) {
                    app.setActive(true)
                    delay(100.milliseconds)
                }
                app.setActive(false)
                screen.cancel()
            }
            val drawn = seen.map { (it as CardView.Ready).code }.distinctBy(CardCode::text)
            assertEquals(drawn.size, seen.map { (it as CardView.Ready).code }.distinct().size)
            assertEquals((card as CardView.Ready).number, (seen.last() as CardView.Ready).number)
        }
    }

    @Test
    fun `a rotating code is replaced when it lapses`() {
        // A clock that is just before the end of every period that the sandbox has.
        val clock = MovableClock()
        onPhone(clock) { phone ->
            phone.open().use { app ->
                app.signIn(sandbox, ANNA)
                val first = app.card.await(
                    "a rotating code",
                ) { (it as? CardView.Ready)?.code?.kind is CodeKind.Rotating }
                val code = (first as CardView.Ready).code
                // What is still asked of the platform would set the moved clock right again.
                app.refresh()
                clock.moveTo(code.validUntil!!.minusMillis(700))
                app.setCurrentStore(null)
                val next = app.card.await("the next code") { (it as CardView.Ready).code.text != code.text }
                assertTrue((next as CardView.Ready).code.validFrom!! >= code.validUntil)
            }
        }
    }

    @Test
    fun `a flow with a query follows its screen and ends when the app is closed`() = onPhone { phone ->
        val app = phone.open()
        app.signIn(sandbox, ANNA)
        coroutineScope {
            val seen = async(start = CoroutineStart.UNDISPATCHED) { app.store(1).toList() }
            app.store(1).await("the store is there") { it != null }
            app.setFavouriteStore(1, true)
            app.store(1).await("it is liked") { it?.store?.favourite == true }
            delay(200.milliseconds)
            app.close()
            assertEquals(true, seen.await().last()?.store?.favourite)
        }
        assertIs<SessionView.SignedIn>(app.session.value, "a state keeps its last value")
        assertNotEquals(0, app.offers.value.offers.size)
    }

    private companion object {
        val VIEWS =
            setOf(
                "session",
                "card",
                "balance",
                "history",
                "tasks",
                "offers",
                "favourites",
                "inbox",
                "consents",
                "outbox",
            )
    }
}

/** A clock that runs on and can be set; since boot it has run on all the while. */
class MovableClock : Clock {
    @Volatile private var moved: Duration = Duration.ZERO
    private val start = System.nanoTime()
    private val wall = Instant.now()

    override fun read(): ClockReading {
        val passed = Duration.ofNanos(System.nanoTime() - start) + moved
        return ClockReading(wall + passed, Duration.ofHours(1) + passed, "1")
    }

    /** Lets time pass until [instant]. */
    fun moveTo(instant: Instant) {
        moved += Duration.between(read().wall, instant)
    }
}
