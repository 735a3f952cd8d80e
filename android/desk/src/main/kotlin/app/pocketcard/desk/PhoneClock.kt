package app.pocketcard.desk

import app.pocketcard.Clock
import app.pocketcard.ClockReading
import java.time.Duration
import java.time.Instant
import java.time.ZoneId

/**
 * The phone's clocks: the machine's, which the desk can move. The one on the wall moves as a member sets it; the one
 * that counts since boot is moved only by time that passes, so the core can tell the two apart, as on a phone.
 */
internal class PhoneClock : Clock {
    private val boot = System.nanoTime()

    @Volatile
    private var passed = Duration.ZERO

    /** How far the member has set the clock off. */
    @Volatile
    var off: Duration = Duration.ZERO

    /** Time passes at once, for both clocks. */
    fun pass(time: Duration) {
        passed += time
    }

    override fun read(): ClockReading =
        ClockReading(now(), Duration.ofNanos(System.nanoTime() - boot) + passed, "the only one")

    private fun now(): Instant = Instant.now() + passed + off

    /** The one on the wall, as the screens have it. */
    val wall: java.time.Clock =
        object : java.time.Clock() {
            override fun getZone(): ZoneId = ZoneId.systemDefault()

            override fun withZone(zone: ZoneId): java.time.Clock = offset(system(zone), passed + off)

            override fun instant(): Instant = now()
        }
}
