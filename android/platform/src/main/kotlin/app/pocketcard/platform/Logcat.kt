package app.pocketcard.platform

import android.util.Log
import app.pocketcard.LogLevel
import app.pocketcard.LogRecord
import app.pocketcard.LogSink

/**
 * The core's log in Android's, under one tag.
 *
 * @param from what matters less is left out.
 */
public class Logcat
    @JvmOverloads
    constructor(private val from: LogLevel = LogLevel.INFO) : LogSink {
        override fun log(record: LogRecord) {
            if (record.level < from) return
            val priority =
                when (record.level) {
                    LogLevel.DEBUG -> Log.DEBUG
                    LogLevel.INFO -> Log.INFO
                    LogLevel.WARN -> Log.WARN
                    LogLevel.ERROR -> Log.ERROR
                }
            "${record.target}: ${record.text}".chunked(LONGEST).forEach { Log.println(priority, TAG, it) }
        }

        private companion object {
            /** Android cuts what is longer than 4 068 bytes; a character takes three of them at most. */
            const val LONGEST = 1300
        }
    }
