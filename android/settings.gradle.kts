// For Android Studio. Not exercised here: Maven builds and tests these modules, see pom.xml.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "pocketcard"
include(":ffi", ":core", ":platform", ":ui", ":app", ":desk")
