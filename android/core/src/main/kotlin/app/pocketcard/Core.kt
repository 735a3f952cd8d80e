package app.pocketcard

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration
import java.time.Duration as JavaDuration

/**
 * The generated object, and the one observer that it has: what [Pocketcard] is made from.
 *
 * Owns when a view is pulled and on which thread, and what happens when it is closed. What a view says is the core's.
 *
 * @param free lets go of [loyalty].
 */
internal class Core(private val loyalty: LoyaltyInterface, private val host: Host, private val free: () -> Unit) :
    AutoCloseable {
    /** A view that cannot be pulled is a bug of ours: the log has it, the screen keeps what it shows. */
    private val failed =
        CoroutineExceptionHandler { _, error ->
            host.log?.log(LogRecord(LogLevel.ERROR, "pocketcard::android", "a view is not pulled any more: $error"))
        }
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default + CoroutineName("pocketcard") + failed)

    /** How often each screen changed. A count: whoever pulls slowly misses numbers, never the last. */
    private val changes = Screen.entries.associateWith { MutableStateFlow(0L) }
    private val isClosed = MutableStateFlow(false)
    private val subscription =
        loyalty.subscribe(
            object : Observer {
                override fun changed(screens: List<Screen>) = screens.forEach(::touch)
            },
        )

    private fun touch(screen: Screen) = changes.getValue(screen).update { it + 1 }

    /** Has every view pulled again: time may have passed that this process did not see. */
    fun touchAll() = Screen.entries.forEach(::touch)

    /** Does something in the core, off the caller's thread; its error is mapped once. */
    suspend fun <T> act(act: suspend LoyaltyInterface.() -> T): T =
        withContext(Dispatchers.Default) { guarded { loyalty.act() } }

    /** The same on the caller's thread, for what neither waits nor takes long. */
    fun <T> now(act: LoyaltyInterface.() -> T): T = guarded { loyalty.act() }

    private inline fun <T> guarded(act: () -> T): T {
        if (isClosed.value) throw PocketcardException.Closed()
        try {
            return act()
        } catch (error: LoyaltyException) {
            throw error.outward()
        } catch (error: CancellationException) {
            throw error
        } catch (error: IllegalStateException) {
            // What the generated code throws for an object that was closed while this call was on its way to it.
            throw if (isClosed.value) PocketcardException.Closed() else error
        } catch (error: InternalException) {
            throw PocketcardException.Internal("no id", error.message.orEmpty(), error)
        }
    }

    /**
     * A view now, whenever one of [screens] changed, and when it changes by itself [at] an instant of the phone's
     * clock. Pulled off the main thread, one after the other: changes that come while it is pulled are one more pull.
     * Ends when the core is closed.
     */
    fun <T> shown(
        vararg screens: Screen,
        at: (T) -> Instant? = { null },
        pull: suspend LoyaltyInterface.() -> T,
    ): Flow<T> {
        val change = screens.map(changes::getValue).reduceToSum()
        return flow {
            if (isClosed.value) throw PocketcardException.Closed()
            while (!isClosed.value) {
                val seen = change.first()
                val view =
                    try {
                        guarded { loyalty.pull() }
                    } catch (_: PocketcardException.Closed) {
                        return@flow
                    }
                emit(view)
                withTimeoutOrNull(at(view)?.let(::until) ?: Duration.INFINITE) { change.first { it != seen } }
            }
        }.distinctUntilChanged().flowOn(Dispatchers.Default)
    }

    /** The same as a state that is kept up to date until the core is closed. Waits for the first pull. */
    suspend fun <T> state(
        screen: Screen,
        at: (T) -> Instant? = { null },
        pull: LoyaltyInterface.() -> T,
    ): StateFlow<T> = shown(screen, at = at, pull = { pull() }).stateIn(scope)

    /** How long until [instant]. What should have changed already is looked at again in a second. */
    private fun until(instant: Instant): Duration {
        val left = JavaDuration.between(host.clock?.read()?.wall ?: Instant.now(), instant).toKotlinDuration()
        return if (left.isPositive()) left else 1.seconds
    }

    /** Calls that are under way end as they would have; what comes later gets [PocketcardException.Closed]. */
    override fun close() {
        if (!isClosed.compareAndSet(expect = false, update = true)) return
        subscription.close()
        scope.cancel()
        // Ends the flows that an app collects.
        touchAll()
        free()
    }

    internal companion object {
        private fun List<StateFlow<Long>>.reduceToSum(): Flow<Long> =
            if (size == 1) single() else combine(this) { it.sum() }
    }
}
