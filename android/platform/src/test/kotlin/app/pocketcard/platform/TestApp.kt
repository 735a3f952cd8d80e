package app.pocketcard.platform

import android.app.Activity
import android.app.Application
import android.os.Bundle
import android.os.Looper
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import kotlinx.coroutines.runBlocking
import org.junit.rules.ExternalResource
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** The screen of an app that only the tests have. */
class Screen : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(android.R.layout.simple_list_item_1)
    }
}

class TestApp :
    Application(),
    PocketcardApp {
    lateinit var core: Pocketcard

    override val screen: Class<out Activity> = Screen::class.java

    /** What opening the core comes to. */
    var failure: PocketcardException? = null

    override var refusesScreenshots: Boolean = false

    override suspend fun pocketcard(): Pocketcard = failure?.let { throw it } ?: core
}

/** The real core in the test's app, against a sandbox of its own. */
class RealCore : ExternalResource() {
    lateinit var sandbox: Sandbox
    private lateinit var phone: Phone

    val app: TestApp get() = RuntimeEnvironment.getApplication() as TestApp
    val core: Pocketcard get() = app.core

    override fun before() {
        sandbox = Sandbox(stores = 3)
        phone = Phone(sandbox.url)
        app.core = runBlocking { phone.open() }
    }

    /** The process ends, and Android starts the app anew. */
    fun reopen() {
        core.close()
        app.core = runBlocking { phone.open() }
    }

    override fun after() {
        core.close()
        phone.close()
        sandbox.close()
    }
}

/** Waits for what happens on another thread, or on this one in its turn. */
fun eventually(what: String, isSo: () -> Boolean) {
    val end = System.nanoTime() + 20.seconds.inWholeNanoseconds
    while (!isSo()) {
        check(System.nanoTime() < end) { "waited in vain: $what" }
        shadowOf(Looper.getMainLooper()).idle()
        Thread.sleep(10.milliseconds.inWholeMilliseconds)
    }
}
