package io.windlass.linux.library;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/** One shared library, loaded for as long as the process lives. */
final class NativeLibrary {
    /** Names a folder that is looked into before those of the dynamic linker. */
    private static final String FOLDER = "windlass.libraries";

    private static final System.Logger LOG = System.getLogger(NativeLibrary.class.getName());

    private final SymbolLookup symbols;

    private NativeLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /**
     * Loads a library and what binds it; nothing when it is not there or not usable, of which the log tells.
     *
     * @param names file names, the best first
     * @param bind throws {@link IllegalStateException} when the library does not do what it should
     */
    static <T> Optional<T> load(List<String> names, Function<NativeLibrary, T> bind) {
        for (String name : names) {
            try {
                T bound = bind.apply(new NativeLibrary(find(name)));
                LOG.log(Level.DEBUG, "{0} is used", name);
                return Optional.of(bound);
            } catch (IllegalArgumentException absent) {
                LOG.log(Level.DEBUG, "{0} is not on this node: {1}", name, absent.getMessage());
            } catch (NoSuchElementException | IllegalStateException unusable) {
                LOG.log(Level.WARNING, "{0} is not used: {1}", name, unusable.getMessage());
            }
        }
        return Optional.empty();
    }

    private static SymbolLookup find(String name) {
        String folder = System.getProperty(FOLDER, "");
        Path own = Path.of(folder, name);
        return !folder.isEmpty() && Files.exists(own)
                ? SymbolLookup.libraryLookup(own, Arena.global())
                : SymbolLookup.libraryLookup(name, Arena.global());
    }

    MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, options);
    }
}
