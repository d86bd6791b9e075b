package io.windlass.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints results as aligned text or as the CRI messages in JSON. */
final class Output {
    private static final int SHORT_ID = 13;

    private final PrintWriter out;
    private final Windlass.Format format;

    Output(PrintWriter out, Windlass.Format format) {
        this.out = out;
        this.format = format;
    }

    /** Prints {@code message} as JSON when that is asked for, else {@code table}. */
    void print(MessageOrBuilder message, Table table) {
        if (isJson()) {
            json(message);
        } else {
            table.print(out);
        }
        out.flush();
    }

    void json(MessageOrBuilder message) {
        try {
            out.println(JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("cannot print the answer as JSON: " + e.getMessage(), e);
        }
        out.flush();
    }

    /** One of many results: its own line, whatever the format. */
    void item(MessageOrBuilder message, String text) {
        try {
            line(
                    isJson()
                            ? JsonFormat.printer()
                                    .alwaysPrintFieldsWithNoPresence()
                                    .omittingInsignificantWhitespace()
                                    .print(message)
                            : text);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("cannot print the answer as JSON: " + e.getMessage(), e);
        }
    }

    boolean isJson() {
        return format == Windlass.Format.json;
    }

    /** What a command has done, where that is all there is to tell: said in JSON, left unsaid in text. */
    void changed(String what, List<String> names) {
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            names.forEach(json.putArray(what)::add);
            line(json.toString());
        }
    }

    /** One result of no message, as names and values. */
    void fields(Object... namesAndValues) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            json.putPOJO(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
            text.append(i == 0 ? "" : "  ")
                    .append(namesAndValues[i])
                    .append(": ")
                    .append(namesAndValues[i + 1]);
        }
        line(isJson() ? json.toPrettyString() : text.toString());
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    static String shortId(String id) {
        return id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
    }

    /** Rows under headings, each column as wide as its widest cell. */
    static final class Table {
        private final List<String[]> rows = new ArrayList<>();

        Table(String... headings) {
            rows.add(headings);
        }

        Table row(Object... cells) {
            String[] row = new String[cells.length];
            for (int i = 0; i < cells.length; i++) {
                row[i] = String.valueOf(cells[i]);
            }
            rows.add(row);
            return this;
        }

        private void print(PrintWriter out) {
            int columns = rows.getFirst().length;
            int[] widths = new int[columns];
            for (String[] row : rows) {
                for (int i = 0; i < columns; i++) {
                    widths[i] = Math.max(widths[i], row[i].length());
                }
            }
            for (String[] row : rows) {
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < columns; i++) {
                    line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
                }
                out.println(line.toString().stripTrailing());
            }
        }
    }
}
