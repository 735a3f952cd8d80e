// For Android Studio. Not exercised here: see pom.xml.
plugins {
    alias(libs.plugins.kotlin.jvm)
    `java-library`
}

kotlin {
    explicitApi()
    compilerOptions {
        jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11
        allWarningsAsErrors = true
    }
}

java {
    sourceCompatibility = JavaVersion.VERSION_11
    targetCompatibility = JavaVersion.VERSION_11
}

dependencies {
    api(project(":ffi"))
    testImplementation(libs.junit)
    testImplementation(libs.kotlin.test)
    testImplementation(libs.serialization.json)
    testImplementation(libs.abi.tools)
    testImplementation(libs.zxing)
    testRuntimeOnly(libs.junit.launcher)
}

tasks.test {
    useJUnitPlatform()
    workingDir = projectDir
    systemProperty("jna.library.path", rootDir.resolve("../target/debug").path)
    systemProperty("pocketcard.root", rootDir.resolve("..").path)
    systemProperty("pocketcard.sandbox", rootDir.resolve("../target/debug/pocketcard-sandbox").path)
}
