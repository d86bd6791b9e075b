package io.windlass.image.hosts;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One rule of {@code rewrite}: where a repository's name has the pattern, that part of it is replaced. */
record PathRewrite(Pattern pattern, String replacement) {
    /**
     * @param replacement with {@code $1} and {@code ${1}} for groups, as Go has it
     * @throws IllegalArgumentException when one of them is not well formed
     */
    static PathRewrite parse(String pattern, String replacement) {
        Pattern compiled = Pattern.compile(pattern);
        String groups = replacement.replace("\\", "\\\\").replaceAll("\\$\\{([0-9]+)}", "\\$$1");
        Matcher trial = Pattern.compile("[$]([0-9]+)").matcher(groups);
        while (trial.find()) {
            if (Integer.parseInt(trial.group(1)) > compiled.matcher("").groupCount()) {
                throw new IllegalArgumentException(
                        "\"" + replacement + "\" names a group that the pattern does not have");
            }
        }
        if (groups.replaceAll("[$][0-9]+", "").contains("$")) {
            throw new IllegalArgumentException("\"" + replacement + "\": groups are written $1 or ${1}");
        }
        return new PathRewrite(compiled, groups);
    }

    boolean fits(String path) {
        return pattern.matcher(path).find();
    }

    String apply(String path) {
        return pattern.matcher(path).replaceAll(replacement);
    }
}
