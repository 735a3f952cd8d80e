package app.pocketcard

import app.pocketcard.testing.Phone
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Proxy
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.resumeWithException

/** A call of the core: which, and on which thread. */
data class Call(val method: String, val thread: String)

/** Notes each call that the facade makes of the real core. */
class Spy {
    val calls: MutableList<Call> = CopyOnWriteArrayList()

    /** How often the facade called [method] so far. */
    fun count(method: String): Int = calls.count { it.method == method }

    /** Opens the app with this spy between facade and core. */
    suspend fun open(phone: Phone): Pocketcard {
        NativeLibrary.load()
        val real = Loyalty.open(phone.config, phone.host)
        val spied =
            Proxy.newProxyInstance(
                javaClass.classLoader,
                arrayOf(LoyaltyInterface::class.java),
            ) { _, method, arguments ->
                calls += Call(method.name.substringBefore('-'), Thread.currentThread().name)
                try {
                    method.invoke(real, *arguments.orEmpty())
                } catch (error: InvocationTargetException) {
                    // A proxy may not throw what Java takes for a checked exception, but a continuation may be handed it.
                    val caller = arguments?.lastOrNull() as? Continuation<*> ?: throw error.targetException
                    caller.resumeWithException(error.targetException)
                    COROUTINE_SUSPENDED
                }
            } as LoyaltyInterface
        return Pocketcard.of(Core(spied, phone.host, real::close))
    }
}
