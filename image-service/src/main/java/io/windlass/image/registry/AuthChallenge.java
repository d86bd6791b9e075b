package io.windlass.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One way to authenticate that a server offers in WWW-Authenticate (RFC 9110, section 11.6.1).
 *
 * @param scheme in lower case
 * @param parameters by names in lower case
 */
record AuthChallenge(String scheme, Map<String, String> parameters) {
    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** Reads all challenges of all header lines; text that does not follow the grammar ends its line. */
    static List<AuthChallenge> parse(List<String> lines) {
        List<AuthChallenge> result = new ArrayList<>();
        for (String line : lines) {
            new Reader(line).readInto(result);
        }
        return result;
    }

    /** A cursor over one header line. */
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        void readInto(List<AuthChallenge> result) {
            while (true) {
                skip(" \t,");
                String scheme = token();
                if (scheme.isEmpty()) {
                    return;
                }
                Map<String, String> parameters = new LinkedHashMap<>();
                if (at < text.length() && text.charAt(at) == ' ') {
                    skip(" ");
                    if (!skipToken68() && !readParameters(parameters)) {
                        return;
                    }
                }
                result.add(new AuthChallenge(scheme.toLowerCase(Locale.ROOT), parameters));
            }
        }

        /** A blob of base64-like text instead of parameters, as Negotiate uses it; nothing that registries need. */
        private boolean skipToken68() {
            int end = at;
            while (end < text.length() && (isTokenCharacter(text.charAt(end)) || text.charAt(end) == '/')) {
                end++;
            }
            int afterPadding = end;
            while (afterPadding < text.length() && text.charAt(afterPadding) == '=') {
                afterPadding++;
            }
            int next = afterPadding;
            while (next < text.length() && " \t".indexOf(text.charAt(next)) >= 0) {
                next++;
            }
            boolean ends = next == text.length() || text.charAt(next) == ',';
            if (end == at || !ends) {
                return false;
            }
            at = next;
            return true;
        }

        /** Reads parameters up to the next challenge; false when the line is malformed. */
        private boolean readParameters(Map<String, String> parameters) {
            while (true) {
                int start = at;
                String name = token();
                skip(" \t");
                if (name.isEmpty() || at >= text.length() || text.charAt(at) != '=') {
                    at = start;
                    return name.isEmpty() || !parameters.isEmpty();
                }
                at++;
                skip(" \t");
                String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
                skip(" \t");
                if (at < text.length() && text.charAt(at) != ',') {
                    return false;
                }
                skip(" \t,");
            }
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }

        private String token() {
            int start = at;
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                at++;
            }
            return text.substring(Math.min(start, text.length()), Math.min(at, text.length()));
        }

        private void skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private static boolean isTokenCharacter(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }
}
