// For Android Studio. Not exercised here: see pom.xml, which runs the tests, too, and `cargo desk`.
plugins {
    alias(libs.plugins.kotlin.jvm)
    alias(libs.plugins.compose)
}

sourceSets["main"].kotlin.srcDirs("../ui/src/main/kotlin", "../app/src/main/kotlin")
sourceSets["main"].kotlin.srcDir("../core/src/test/kotlin/app/pocketcard/testing")
sourceSets["main"].kotlin.exclude("**/PublicApi.kt")
// What Maven makes of the resources: run it once.
sourceSets["main"].java.srcDirs("target/generated-sources/r", "target/generated-sources/icu")
sourceSets["main"].resources.srcDirs("target/classes")
sourceSets["main"].resources.include("res/**")

dependencies {
    implementation(project(":core"))
    implementation(libs.compose.desktop.foundation)
    implementation(libs.compose.desktop.material3)
    // Skia for Linux on x64; pom.xml knows the others.
    implementation(libs.compose.desktop.linux)
    implementation(libs.coroutines.swing)
    implementation(libs.icu4j)
    implementation(libs.libphonenumber)
    implementation(libs.lifecycle.compose)
    implementation(libs.lifecycle.savedstate)
    implementation(libs.material.color)
    implementation(libs.roboto)
    implementation(libs.serialization.json)
    implementation(libs.zxing)
    testImplementation(libs.compose.desktop.test)
    testImplementation(libs.junit)
    testImplementation(libs.kotlin.test)
    testRuntimeOnly(libs.junit.launcher)
}

composeCompiler {
    stabilityConfigurationFiles.add(layout.projectDirectory.file("../ui/stability.conf"))
}

tasks.test {
    useJUnitPlatform()
    systemProperty("jna.library.path", rootDir.resolve("../target/debug").path)
    systemProperty("pocketcard.sandbox", rootDir.resolve("../target/debug/pocketcard-sandbox").path)
}
