package io.windlass.cli;

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
        if (format == Windlass.Format.json) {
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
