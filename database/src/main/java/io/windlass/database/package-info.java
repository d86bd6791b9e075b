/** SQLite stores: opening, migrating, transactions. */
@NullMarked
package io.windlass.database;

import org.jspecify.annotations.NullMarked;
