package app.pocketcard

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals

/**
 * What an app may call, against its record in `api/core.api`: the facade, and the values that are generated.
 *
 * A change that is meant is recorded by `mvn test -Dtest=ApiTest -Dapi.update`, in `android`.
 */
class ApiTest {
    @Test
    fun `the public API is as recorded`() {
        val classes =
            listOf("target/classes", "../ffi/target/classes")
                .flatMap { folder -> File(folder).walk().filter { it.extension == "class" } }
                .sortedBy { it.name }
        val filters =
            AbiFilters(emptySet(), HOW_IT_IS_DONE.map { "app.pocketcard.$it" }.toSet(), emptySet(), emptySet())
        val now = buildString { AbiTools.getInstance().printJvmDump(this, classes, filters) }
        val record = File("api/core.api")
        if (System.getProperty("api.update") != null) record.writeText(now)
        assertEquals(record.readText(), now, "meant? then: mvn test -Dtest=ApiTest -Dapi.update")
    }

    private companion object {
        /** The generated code's own business, which Kotlin gives it no way to keep to itself. */
        val HOW_IT_IS_DONE =
            listOf(
                "FfiConverter**",
                "Uniffi**",
                "uniffi**",
                "RustBuffer**",
                "ForeignBytes**",
                "PocketcardKt",
                "NoHandle",
                "*Impl**",
                "Loyalty**",
                "Observer**",
                "Subscription**",
                "Disposable**",
                "InternalException",
                "*\$Companion",
            )
    }
}
