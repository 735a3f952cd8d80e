package app.pocketcard

import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.Sandbox.Companion.ANNA
import app.pocketcard.testing.signIn
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.TestInstance
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/** What may come at once, and what happens when an app lets go in the middle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreadsTest {
    private val sandbox = Sandbox(stores = 3)

    @AfterAll
    fun end() = sandbox.close()

    private fun onPhone(test: suspend (Phone) -> Unit) = phoneTest { Phone(sandbox.url).use { test(it) } }

    @Test
    fun `the observer is called on a thread of the core's own`() = onPhone { phone ->
        NativeLibrary.load()
        Loyalty.open(phone.config, phone.host).use { loyalty ->
            val told = CompletableFuture<Pair<Set<Screen>, Thread>>()
            val observer =
                object : Observer {
                    override fun changed(screens: List<Screen>) {
                        told.complete(screens.toSet() to Thread.currentThread())
                    }
                }
            loyalty.subscribe(observer).use {
                loyalty.track(Activity.StoreViewed(1))
                val (screens, thread) = told.get(20, TimeUnit.SECONDS)
                assertTrue(Screen.OUTBOX in screens)
                assertNotEquals(Thread.currentThread(), thread)
            }
        }
    }

    @Test
    fun `an observer that throws harms nobody`() = onPhone { phone ->
        phone.open().use { app ->
            Loyalty.open(phone.config, phone.host).use { other ->
                val throwing =
                    object : Observer {
                        override fun changed(screens: List<Screen>) = error("a screen that throws")
                    }
                other.subscribe(throwing).use { other.track(Activity.StoreViewed(1)) }
            }
            app.track(Activity.StoreViewed(2))
            app.outbox.await("they wait") { it.queued > 0u }
        }
    }

    @Test
    fun `a caller that is cancelled leaves at once, and what it began is finished`() = onPhone { phone ->
        phone.open().use { app ->
            app.signIn(ANNA)
            val code = sandbox.smsCode(ANNA)
            sandbox.slow("/authorizationService", 1_500)
            val took = measureTime { assertNull(withTimeoutOrNull(200.milliseconds) { app.confirmCode(code) }) }
            assertTrue(took < 1_200.milliseconds, "it waited for $took")
            app.session.await("the code is spent all the same") { it is SessionView.SignedIn }
            sandbox.heal()
        }
    }

    @Test
    fun `a hundred calls at once`() = onPhone { phone ->
        phone.open().use { app ->
            app.signIn(sandbox, ANNA)
            coroutineScope {
                val calls =
                    List(100) { which ->
                        async(Dispatchers.IO) {
                            when (which % 4) {
                                0 -> app.track(Activity.StoreViewed(1))
                                1 -> app.refresh()
                                2 -> app.store(1).first()
                                else -> app.currentCard()
                            }
                        }
                    }
                calls.awaitAll()
            }
            app.flush(10.seconds)
            app.outbox.await("all were sent") { it.queued == 0u }
        }
    }

    @Test
    fun `closing while calls run ends each as it would have or says why, again and again`() = onPhone { phone ->
        repeat(10) {
            val app = phone.open()
            coroutineScope {
                val calls =
                    List(20) { which ->
                        launch(Dispatchers.IO, CoroutineStart.UNDISPATCHED) {
                            try {
                                while (true) {
                                    if (which % 2 ==
                                        0
                                    ) {
                                        app.track(Activity.StoreViewed(1))
                                    } else {
                                        app.currentCard()
                                    }
                                }
                            } catch (_: PocketcardException.Closed) {
                                // As it should be.
                            }
                        }
                    }
                delay(30.milliseconds)
                app.close()
                calls.forEach { it.join() }
            }
        }
        assertEquals(emptyList(), phone.log.records.filter { it.level == LogLevel.ERROR })
    }

    @Test
    fun `a call that is under way when the app is closed ends as it would have`() = onPhone { phone ->
        val app = phone.open()
        app.signIn(ANNA)
        val code = sandbox.smsCode(ANNA)
        sandbox.slow("/authorizationService", 700)
        coroutineScope {
            val confirming = async(Dispatchers.IO) { app.confirmCode(code) }
            delay(200.milliseconds)
            app.close()
            confirming.await()
        }
        sandbox.heal()
        phone.open().use { assertTrue(it.session.value is SessionView.SignedIn) }
    }

    @Test
    fun `after closing, each call says so`() = onPhone { phone ->
        val app = phone.open()
        app.close()
        app.close()
        assertFailsWith<PocketcardException.Closed> { app.refresh() }
        assertFailsWith<PocketcardException.Closed> { app.setActive(true) }
        assertFailsWith<PocketcardException.Closed> { app.openLink("pocketcard://card") }
        assertFailsWith<PocketcardException.Closed> { app.stores(StoresQuery()).first() }
        assertEquals(SessionView.SignedOut(null), app.session.value)
    }

    @Test
    fun `a screen that goes lets go of its flow`() = onPhone { phone ->
        phone.open().use { app ->
            coroutineScope {
                val screen = launch { app.stores(StoresQuery()).collect {} }
                delay(100.milliseconds)
                withContext(Dispatchers.Default) { screen.cancelAndJoin() }
            }
        }
    }
}
