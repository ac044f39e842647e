import { PersistenceError, reasonOf } from './errors.js';
import type { MigrationFn, MigrationHandler, MigrationResult } from './types.js';

/**
 * Brings data from an older shape to today's, step by step. It never throws.
 *
 * @example
 * const result = migrateData({ darkMode: true }, 1, migration);
 * if (result.success) show(result.data);
 */
export function migrateData<T>(
	data: unknown,
	fromVersion: number,
	handler: MigrationHandler<T>,
): MigrationResult<T> {
	const toVersion = handler.currentVersion;
	try {
		const migrated = climb(data, fromVersion, handler);
		if (handler.validate && !handler.validate(migrated)) {
			throw migrationError(`the data is not valid in schema version ${toVersion}`);
		}
		return { success: true, data: migrated as T, fromVersion, toVersion };
	} catch (error) {
		const known = error instanceof Error ? error : migrationError(reasonOf(error), error);
		return { success: false, fromVersion, toVersion, error: known };
	}
}

function climb(data: unknown, fromVersion: number, handler: MigrationHandler<unknown>): unknown {
	const { currentVersion, migrations } = handler;
	if (fromVersion > currentVersion) {
		throw migrationError(
			`schema version ${fromVersion} is of a newer program: this one knows up to ${currentVersion}`,
		);
	}
	let current = data;
	for (let version = fromVersion; version < currentVersion; version++) {
		const migrate = migrations[version];
		if (migrate === undefined) {
			const there = Object.keys(migrations).join(', ') || 'none';
			throw migrationError(
				`there is no migration from schema version ${version} to ${version + 1} (there are: ${there})`,
			);
		}
		current = migrate(current);
		if (current === undefined) {
			throw migrationError(`the migration from schema version ${version} returned nothing`);
		}
	}
	return current;
}

function migrationError(message: string, cause?: unknown): PersistenceError {
	return new PersistenceError('migration', message, cause);
}

/** Collects migrations, each typed by the shapes that it goes from and to. */
export interface MigrationBuilder<TFinal> {
	/** From `fromVersion` to the next. */
	addMigration<TFrom, TTo>(fromVersion: number, migrate: MigrationFn<TFrom, TTo>): MigrationBuilder<TFinal>;
	withValidator(validate: (data: unknown) => data is TFinal): MigrationBuilder<TFinal>;
	build(currentVersion: number): MigrationHandler<TFinal>;
}

/**
 * Migrations, one after the other.
 *
 * @example
 * const migration = createMigrationBuilder<SettingsV3>()
 * 	.addMigration<SettingsV1, SettingsV2>(1, (v1) => ({ ...v1, language: 'en' }))
 * 	.addMigration<SettingsV2, SettingsV3>(2, (v2) => ({ theme: v2.darkMode ? 'dark' : 'light' }))
 * 	.build(3);
 */
export function createMigrationBuilder<TFinal>(): MigrationBuilder<TFinal> {
	const migrations: MigrationHandler<TFinal>['migrations'] = {};
	let validate: ((data: unknown) => data is TFinal) | undefined;
	const builder: MigrationBuilder<TFinal> = {
		addMigration(fromVersion, migrate) {
			migrations[fromVersion] = migrate;
			return builder;
		},
		withValidator(check) {
			validate = check;
			return builder;
		},
		build: (currentVersion) => ({ currentVersion, migrations: { ...migrations }, validate }),
	};
	return builder;
}

/**
 * Migrations as one object; it says no more than a literal of type {@link MigrationHandler}.
 *
 * @example
 * const migration = createSimpleMigration<Settings>({
 * 	currentVersion: 2,
 * 	migrations: { 1: (old: SettingsV1) => ({ ...old, language: 'en' }) },
 * });
 */
export function createSimpleMigration<T>(config: MigrationHandler<T>): MigrationHandler<T> {
	return config;
}
