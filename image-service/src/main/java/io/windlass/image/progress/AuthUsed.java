package io.windlass.image.progress;

/** What a request showed of who asks. */
public enum AuthUsed {
    NONE,
    BASIC,
    /** A token that a token server gave to anybody. */
    ANONYMOUS_TOKEN,
    /** A token for a user name and password. */
    TOKEN,
    /** A token for an identity token. */
    IDENTITY_TOKEN,
    /** A token that came with the pull. */
    REGISTRY_TOKEN
}
