import { defineErrors } from '../../platform/errors/index.ts'

const errors = defineErrors({
  file_unknown: { status: 404, message: 'There is no file {id}.' },
  file_ended: {
    status: 409,
    message: '{name} is already {status}: there is nothing left to stop or remove.',
  },
  file_busy: {
    status: 409,
    message: '{name} is {status}. Wait until it has ended, or cancel it, and send the file again.',
  },
  file_data_gone: {
    status: 409,
    message: '{name} is {status} and its data is deleted. Send the file again to process it.',
  },
  file_without_report: { status: 409, message: '{name} is {status}: only a file that is Ok has a report.' },
  file_missing: {
    status: 422,
    message: 'No file came with the form. Send one as multipart/form-data in the field "file".',
  },
  file_cut_off: {
    status: 400,
    message: 'The upload broke off before its end; nothing was kept. Send the file again.',
  },
  several_files: { status: 422, message: 'More than one file came. Send them one at a time.' },
  not_a_table: { status: 415, message: '{name} is not accepted: {reason}' },
  file_settings: { status: 422, message: '{reason}' },
})

export default errors
