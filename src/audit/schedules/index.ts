import { DueExports } from './due-exports.js';
import { ExportFiles } from './export-files.js';
import { ExportSchedule } from './export-schedule.entity.js';
import { ExportSchedules } from './export-schedules.js';
import { ScheduleClock } from './schedule-clock.js';

export const SCHEDULE_ENTITIES = [ExportSchedule];

export const SCHEDULE_PROVIDERS = [DueExports, ExportFiles, ExportSchedules, ScheduleClock];

export { ExportSchedules, ScheduleNameTaken, type ExportScheduleView } from './export-schedules.js';
export { PERIODS, type Period } from './periods.js';
