package app.pocketcard

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlin.test.fail
import kotlin.time.Duration.Companion.seconds

/** How long a test waits for what must happen. Never the time that it takes when all is well. */
val PATIENCE = 20.seconds

/** Runs a test on a thread that plays the phone's main thread. */
fun phoneTest(test: suspend CoroutineScope.() -> Unit): Unit = runBlocking { test() }

/** The first value that [seen] looks for; fails the test where it does not come. */
suspend fun <T> Flow<T>.await(what: String, seen: (T) -> Boolean): T {
    var last: T? = null
    return try {
        withTimeout(PATIENCE) {
            first {
                last = it
                seen(it)
            }
        }
    } catch (_: TimeoutCancellationException) {
        fail("waited in vain: $what; the last was $last")
    }
}

/** What a JVM of its own needs to run the tests' classes: Surefire hides that in a jar's manifest. */
fun testClasses(): String = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
