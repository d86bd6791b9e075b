package io.windlass.image;

/** Runs something while a container stands still, or while it goes on if that is wanted. */
@FunctionalInterface
public interface Standstill {
    Standstill NONE = Runnable::run;

    void run(Runnable work);
}
