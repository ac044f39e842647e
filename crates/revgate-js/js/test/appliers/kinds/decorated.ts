import { computed, observable } from 'mobx';

/** A class with decorators, as the documentation of MobX has it. */
export class Decorated {
	@observable accessor theme = 'light';
	@observable accessor isLoading = true;

	@computed get shout(): string {
		return this.theme.toUpperCase();
	}
}
